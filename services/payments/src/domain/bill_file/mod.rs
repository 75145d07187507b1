//! A file of bills, in CSV or in JSON. A bill counts whole or not at all; what is wrong is said with its line. The same content
//! is the same bill, however it is written.

mod assembly;
mod columns;
mod json;
mod reading;
mod written;

use chrono::NaiveDate;
use city_contracts::payments::BillHeadView;
use city_money::Vnd;
use city_receipt::sha256;
use serde_json::json;

use super::bill::sum;
use super::dues::{Off, Penalty, Terms};
use super::ledger::LARGEST_AMOUNT;
pub use reading::{Arrived, Format, NoHeader, Reading};

/// As many as a posting has legs, so that every bill can be paid.
const MOST_HEADS: usize = 16;

/// A line, or a bill of several, that is refused: an identifier of the reason stands in `docs/ERRORS.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedLine {
    /// The line, from 1; the header of a CSV file is the first.
    pub line: u64,
    /// The bill's number, if the line still said one.
    pub number: Option<String>,
    /// Why.
    pub reason: &'static str,
}

/// A bill as a biller wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The line of its first head.
    pub line: u64,
    /// The number people quote.
    pub number: String,
    /// What the biller knows the customer by.
    pub customer_code: String,
    /// Whose it is, masked: nothing else of the name is kept.
    pub holder_masked: Option<String>,
    /// What it is for.
    pub period: Option<String>,
    /// Until when.
    pub due_date: NaiveDate,
    /// What it consists of.
    pub heads: Vec<BillHeadView>,
    /// When what is due changes.
    pub terms: Terms,
}

impl Draft {
    /// Sum of its heads, which is in bounds.
    pub fn amount(&self) -> i64 {
        sum(&self.heads).map_or(0, Vnd::dong)
    }

    /// By which the same content is known again.
    pub fn content_hash(&self) -> [u8; 32] {
        // A share is written as it was before there were flat amounts: known content stays known.
        let rebate = self.terms.rebate.map(|rebate| match rebate.off {
            Off::Bps(bps) => json!([rebate.until, bps]),
            Off::Fixed(fixed) => json!([rebate.until, "fixed", fixed]),
        });
        let penalty = self.terms.penalty.map(|penalty| match penalty {
            Penalty::PerDay { bps, cap_bps } => json!([bps, cap_bps]),
            Penalty::Once { fixed, cap_bps } => json!(["fixed", fixed, cap_bps]),
        });
        let content = json!([
            self.customer_code,
            self.holder_masked,
            self.period,
            self.due_date,
            self.heads,
            rebate,
            penalty
        ]);
        sha256(&[content.to_string().as_bytes()])
    }
}

/// What the biller knows a customer by, as it is compared: 1 to 64 characters, upper case.
pub fn customer_code(raw: &str) -> Option<String> {
    let code = line_of(raw, 64)?.to_uppercase();
    (1..=64).contains(&code.chars().count()).then_some(code)
}

/// The code of a biller or of a head: 1 to 32 of `A-Z 0-9 . _ -`.
pub fn head_code(raw: &str) -> Option<String> {
    let known =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    ((1..=32).contains(&raw.len()) && raw.bytes().all(known)).then(|| raw.to_owned())
}

/// One line of text of at most so many characters; none for more, or for more than one line.
pub fn line_of(raw: &str, most: usize) -> Option<String> {
    let text = city_text::clean(raw);
    (text.chars().count() <= most && !text.contains(['\n', '\t'])).then_some(text)
}

/// The number of a bill: 1 to 32 of `A-Z a-z 0-9 . / _ -`.
pub fn is_number(raw: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"./_-".contains(&byte);
    (1..=32).contains(&raw.len()) && raw.bytes().all(known)
}

/// Whatever the day, at least one dong and at most as much as a leg moves.
fn is_payable(draft: &Draft) -> bool {
    let Some(sum) = sum(&draft.heads) else { return false };
    if sum.dong() > LARGEST_AMOUNT {
        return false;
    }
    let (least, most) = draft.terms.bounds(sum.dong());
    least >= 1 && most <= LARGEST_AMOUNT
}

#[cfg(test)]
mod tests;
