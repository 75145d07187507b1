//! The vectors of the protocols, a file a provider. Secrets are throw-away ones.

mod momo;
mod vnpay;
mod zalopay;

use chrono::{DateTime, TimeZone as _, Utc};

use super::{Order, Refund};

/// 21 November 2026, at this time of Hue's clock.
fn at(hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, hour - 7, minute, 0).single().expect("it exists once")
}

fn order(our_ref: &str) -> Order<'_> {
    Order { our_ref, amount: 150_000, created_at: at(17, 13), expires_at: at(17, 28) }
}

fn refund<'a>(our_ref: &'a str, of: &'a str, txn_no: &'a str) -> Refund<'a> {
    Refund { our_ref, order: order(of), txn_no, amount: 50_000, asked_at: at(18, 10) }
}
