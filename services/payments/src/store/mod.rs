//! The SQL of the schema `payments`, and nothing else.

pub mod ledger;
