//! The ledger: its tables, its sequencer, its proofs.

mod again;
mod catalog;
pub mod checking;
mod derived;
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
pub mod proxy;
mod queueing;
mod receipts;
mod rules;
mod scans;
pub mod sequencing;
mod simulation;
mod tables;
mod unwell;
mod wire;
mod workers;
mod written;
