//! Providers: what they are asked and what they say. Pure; one file a provider.
//!
//! Signatures are made and verified over the very bytes that travel. What is not understood is pending, never failed.

mod answer;
pub mod breaker;
pub mod momo;
mod reference;
pub mod schedule;
mod shown;
mod sign;
pub mod state;
#[cfg(test)]
mod tests;
pub mod vnpay;
pub mod zalopay;

use city_clock::Timestamp;
use serde_json::Value;

pub use reference::{refund_of_ref, refund_ref, top_up_ref};
pub use shown::shown;

/// How the claim on a provider's order ends it.
pub mod outcome {
    /// Its money was credited.
    pub const CREDITED: i16 = 1;
    /// Its money goes back.
    pub const REFUNDED: i16 = 2;
}

/// Where the money of an order went when it arrived: the claim on the order's money.
pub mod arrival {
    /// To whom it was meant for.
    pub const CREDITED: i16 = 1;
    /// Aside: whom it was meant for cannot take it.
    pub const SUSPENDED: i16 = 2;
    /// Aside: the provider doubts the payer, and an officer decides.
    pub const DOUBTED: i16 = 3;
}

/// An order as a provider is asked about it.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// Our reference.
    pub our_ref: &'a str,
    /// Whole dong.
    pub amount: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be paid.
    pub expires_at: Timestamp,
}

/// Where a payer and a provider come back to.
#[derive(Debug, Clone, Copy)]
pub struct Ways<'a> {
    /// The payer's browser.
    pub back: &'a str,
    /// The provider's notices.
    pub notices: &'a str,
}

/// Money to be given back through a provider.
#[derive(Debug, Clone, Copy)]
pub struct Refund<'a> {
    /// Our reference of the refund.
    pub our_ref: &'a str,
    /// The order that was paid.
    pub order: Order<'a>,
    /// The provider's number of the payment.
    pub txn_no: &'a str,
    /// Whole dong, at most the order's.
    pub amount: i64,
    /// When it was asked for.
    pub asked_at: Timestamp,
}

/// A question to a provider: a POST of JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Where, below the provider's address.
    pub path: &'static str,
    /// What.
    pub body: Value,
}

/// That money arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The provider's number of the payment.
    pub txn_no: String,
    /// When it was paid, as far as the provider says.
    pub paid_at: Option<Timestamp>,
}

/// What a provider says became of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The money arrived.
    Paid(Proof),
    /// The money arrived and the payer is doubted.
    Doubted(Proof),
    /// It was refused for good.
    Refused,
    /// Nobody paid in time.
    Expired,
    /// Nobody has paid.
    Unpaid,
    /// The payer's bank took the money and the provider does not have it.
    Stuck,
    /// Nothing certain.
    Pending,
}

impl Said {
    /// The provider's number of the payment that it tells of.
    pub fn txn_no(&self) -> Option<&str> {
        match self {
            Self::Paid(proof) | Self::Doubted(proof) => Some(&proof.txn_no),
            _ => None,
        }
    }
}

/// A verified notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Our reference, as far as it can be read out of the provider's name of the order.
    pub our_ref: String,
    /// All by which the provider names the order.
    pub named: String,
    /// Whole dong; none for what is no amount of dong or came with what is not ours.
    pub amount: Option<i64>,
    /// What became of it.
    pub said: Said,
    /// All that its signature covers. Around that anybody can write it in other bytes, and it proves no more.
    pub signed: String,
}

/// A message that is not proven to come from the provider, or not to be for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message is not proven")]
pub struct Unproven;

/// What a provider answers when an order is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// The payer pays there.
    PayUrl(String),
    /// It was refused for good.
    Refused,
    /// Nothing certain.
    Unknown,
}

/// What a provider says became of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// The payer has the money.
    Done,
    /// It is under way.
    Running,
    /// It was refused for good.
    Refused,
    /// The provider never heard of it.
    NotFound,
    /// It came to nothing; the provider wants to be asked for it again in an hour.
    NotTaken,
    /// Nothing certain.
    Unknown,
}
