//! The ledger: its tables, its sequencer, its proofs.

mod checking;
mod dice;
mod faulty;
mod histories;
mod naive;
mod rules;
pub mod sequencing;
mod simulation;
mod tables;
