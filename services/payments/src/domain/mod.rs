//! The pure rules of payments.

pub mod approval;
pub mod bill;
pub mod chart;
pub mod input;
pub mod ledger;
pub mod limits;
pub mod wallet;
