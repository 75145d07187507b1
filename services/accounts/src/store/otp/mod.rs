//! Budgets, challenges, sends and known devices of phones.

mod budget;
mod challenge;
mod send;

pub use budget::{know_device, lane_of, lock_budget, save_budget};
pub use challenge::{Challenge, end, find, supersede, take_attempt};
pub use send::{DueSend, list_sends, postpone_send, queue_send, settle_send, take_due_send};
