//! The pure rules of payments.

pub mod ledger;
