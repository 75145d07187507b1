//! The ledger: its tables, its sequencer, its proofs.

mod dice;
mod histories;
mod naive;
mod rules;
pub mod sequencing;
mod tables;
