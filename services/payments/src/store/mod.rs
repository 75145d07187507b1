//! The SQL of the schema `payments`, and nothing else.

pub mod api_key;
pub mod approval;
pub mod backing;
pub mod bill;
pub mod bill_apply;
pub mod bill_import;
pub mod bill_watch;
pub mod biller;
pub mod head_copy;
pub mod ledger;
pub mod limit;
pub mod lookup;
pub mod merchant;
pub mod merchant_event;
pub mod merchant_order;
pub mod merchant_payment;
pub mod payment;
pub mod privacy;
pub mod provider;
pub mod reconciliation;
pub mod refund;
pub mod search;
pub mod settlement;
pub mod statement;
pub mod wallet;
pub mod webhook;
