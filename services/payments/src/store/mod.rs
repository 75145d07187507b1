//! The SQL of the schema `payments`, and nothing else.

pub mod approval;
pub mod bill;
pub mod ledger;
pub mod limit;
pub mod lookup;
pub mod payment;
pub mod statement;
pub mod wallet;
