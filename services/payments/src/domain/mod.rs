//! The pure rules of payments.

pub mod approval;
pub mod backing;
pub mod bill;
pub mod bill_file;
pub mod chart;
pub mod csv;
pub mod dues;
pub mod input;
pub mod ledger;
pub mod limits;
pub mod merchant;
pub mod owner;
pub mod provider;
pub mod reconciliation;
pub mod refund;
pub mod settlement;
pub mod signature;
pub mod suspense;
pub mod vietqr;
pub mod wallet;
pub mod webhook;
pub mod working_days;
