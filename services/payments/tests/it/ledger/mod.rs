//! The ledger: its tables, its sequencer, its proofs.

mod tables;
