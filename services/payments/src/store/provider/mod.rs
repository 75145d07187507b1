//! Payments through providers: orders, messages, proofs and what differs.

mod message;
mod order;
mod proof;
mod refund;
mod review;

pub use message::{Judged, Kept, Proven, behind, forget, insert_answer, keep, mark, prove};
pub use order::{
    Name, NewOrder, Order, end, find, find_by_ref, insert, list, lock, set_next_poll, set_pay_url,
    take_due,
};
pub use proof::{Class, Evidence, Proved, insert_break, insert_txn, is_elsewhere};
pub use refund::{find_moved_by, plan_refund, sent_at, set_sent, set_sent_at, take_refund};
pub use review::{Aside, Decision, insert_decision, list_aside};

use city_contracts::payments::Provider;

/// A provider's name in the database.
pub const fn name(of: Provider) -> &'static str {
    match of {
        Provider::Vnpay => "VNPAY",
        Provider::Momo => "MOMO",
        Provider::Zalopay => "ZALOPAY",
    }
}

/// All providers.
pub const PROVIDERS: [Provider; 3] = [Provider::Vnpay, Provider::Momo, Provider::Zalopay];

/// The provider of a name.
pub fn parse(name: &str) -> Option<Provider> {
    PROVIDERS.into_iter().find(|it| self::name(*it) == name)
}
