//! A bill as somebody wrote it, and the judgement on it, which is the same however a file is written.

use chrono::NaiveDate;
use city_contracts::payments::BillHeadView;
use city_money::Vnd;

use super::{Draft, MOST_HEADS, RefusedLine, customer_code, head_code, is_number, line_of};
use crate::domain::dues::{Off, Penalty, Rebate, Terms};
use crate::domain::ledger::LARGEST_AMOUNT;

/// Texts without spaces around them; what is not said is empty.
pub(super) struct Written<'a> {
    pub number: &'a str,
    pub customer_code: &'a str,
    pub holder: &'a str,
    pub period: &'a str,
    pub due_date: &'a str,
    pub heads: Vec<WrittenHead<'a>>,
    pub rebate_until: &'a str,
    pub rebate_bps: &'a str,
    pub rebate_fixed: &'a str,
    pub penalty_bps_per_day: &'a str,
    pub penalty_fixed: &'a str,
    pub penalty_cap_bps: &'a str,
}

/// The same of a head.
pub(super) struct WrittenHead<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub amount: &'a str,
}

/// What a line says is nothing that it may say.
struct Wrong;

impl Written<'_> {
    /// The bill, or the first reason against it. Whether its sum can be paid is another question.
    pub(super) fn judge(&self, line: u64) -> Result<Draft, RefusedLine> {
        let number = is_number(self.number).then(|| self.number.to_owned());
        let refused = |reason| RefusedLine { line, number: number.clone(), reason };
        let Some(number) = &number else { return Err(refused("NUMBER")) };
        let due_date = day(self.due_date).ok_or_else(|| refused("DUE_DATE"))?;
        let customer_code =
            customer_code(self.customer_code).ok_or_else(|| refused("CUSTOMER_CODE"))?;
        let holder = line_of(self.holder, 120).ok_or_else(|| refused("HOLDER"))?;
        let period = line_of(self.period, 40).ok_or_else(|| refused("PERIOD"))?;
        let heads = self.heads.iter().map(|head| {
            let amount = Vnd::parse(head.amount).ok();
            let amount = amount.filter(|amount| (1..=LARGEST_AMOUNT).contains(&amount.dong()));
            let name = line_of(head.name, 120).filter(|name| !name.is_empty());
            Ok(BillHeadView {
                code: head_code(head.code).ok_or_else(|| refused("HEAD_CODE"))?,
                name: name.ok_or_else(|| refused("HEAD_NAME"))?,
                amount: amount.ok_or_else(|| refused("AMOUNT"))?,
            })
        });
        let heads = heads.collect::<Result<Vec<_>, _>>()?;
        if heads.len() > MOST_HEADS {
            return Err(refused("TOO_MANY_HEADS"));
        }
        let rebate = self.rebate().map_err(|Wrong| refused("REBATE"))?;
        let penalty = self.penalty().map_err(|Wrong| refused("PENALTY"))?;
        Ok(Draft {
            line,
            number: number.clone(),
            customer_code,
            holder_masked: (!holder.is_empty()).then(|| masked(&holder)),
            period: (!period.is_empty()).then_some(period),
            due_date,
            heads,
            terms: Terms { rebate, penalty },
        })
    }

    /// A day and either a share or an amount.
    fn rebate(&self) -> Result<Option<Rebate>, Wrong> {
        let off = match (bps(self.rebate_bps)?, dong(self.rebate_fixed)?) {
            (None, None) if self.rebate_until.is_empty() => return Ok(None),
            (Some(bps), None) => Off::Bps(bps),
            (None, Some(fixed)) => Off::Fixed(fixed),
            _ => return Err(Wrong),
        };
        let until = day(self.rebate_until).ok_or(Wrong)?;
        Ok(Some(Rebate { until, off }))
    }

    /// Either a share a day with its cap, or an amount, which may have one.
    fn penalty(&self) -> Result<Option<Penalty>, Wrong> {
        let cap_bps = bps(self.penalty_cap_bps)?;
        match (bps(self.penalty_bps_per_day)?, dong(self.penalty_fixed)?, cap_bps) {
            (None, None, None) => Ok(None),
            (Some(bps), None, Some(cap_bps)) => Ok(Some(Penalty::PerDay { bps, cap_bps })),
            (None, Some(fixed), cap_bps) => Ok(Some(Penalty::Once { fixed, cap_bps })),
            _ => Err(Wrong),
        }
    }
}

/// The first letter of each part of a name.
fn masked(name: &str) -> String {
    let parts = name.split_whitespace().filter_map(|part| part.chars().next());
    parts.map(|first| format!("{first}***")).collect::<Vec<_>>().join(" ")
}

/// A day within the century: a slip of the hand is no date.
fn day(raw: &str) -> Option<NaiveDate> {
    use chrono::Datelike as _;
    let day = NaiveDate::parse_from_str(raw, "%Y-%m-%d").ok()?;
    (2000..2100).contains(&day.year()).then_some(day)
}

/// Hundredths of a per cent, 1 to 10,000; nothing is none, and 0 is as good.
fn bps(raw: &str) -> Result<Option<i32>, Wrong> {
    let bps = up_to(raw, 10_000)?;
    Ok(bps.and_then(|bps| i32::try_from(bps).ok()))
}

/// Dong, 1 to 100 billion; nothing is none, and 0 is as good.
fn dong(raw: &str) -> Result<Option<i64>, Wrong> {
    up_to(raw, LARGEST_AMOUNT)
}

fn up_to(raw: &str, most: i64) -> Result<Option<i64>, Wrong> {
    if raw.is_empty() {
        return Ok(None);
    }
    let digits = raw.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| raw.parse::<i64>().ok()).flatten();
    let number = number.filter(|number| *number <= most).ok_or(Wrong)?;
    Ok((number > 0).then_some(number))
}
