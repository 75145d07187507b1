//! The ledger: its tables, its sequencer, its proofs.

mod catalog;
mod checking;
pub mod dice;
mod faulty;
mod fencing;
mod forged;
mod forwarding;
mod histories;
mod lost;
mod memory;
mod naive;
mod outside;
mod proxy;
mod queueing;
mod receipts;
mod rules;
mod scans;
pub mod sequencing;
mod simulation;
mod tables;
mod wire;
mod workers;
