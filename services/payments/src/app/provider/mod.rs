//! Money in through providers: top-ups, and bills paid without a wallet.
//!
//! An order is made, the payer goes to the provider, and a notice or the answer to a question proves the money. Never the
//! payer's coming back. Where the money went is a claim of the ledger, and so is the credit.

mod ask;
mod channel;
mod hear;
mod notice;
mod read;
mod refund;
mod review;
mod send_refund;
mod settle;
mod start;
mod strangers;

pub use ask::ask_about_one;
pub use channel::Providers;
pub(super) use hear::{BY_MONEY, answered};
pub use hear::{Heard, hear};
pub use notice::{MOST_MESSAGE_BYTES, hear_notice};
pub use read::{changed, read_provider_payment, view};
pub use refund::refund_review;
pub use review::{credit_review, list_reviews};
pub use send_refund::send_one_refund;
pub use start::start_provider_payment;
pub use strangers::Strangers;
