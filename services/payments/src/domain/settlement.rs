//! Settlements: what a payee gets at midnight, and what it is made of.

use chrono::{Datelike as _, Days, NaiveDate};
use city_clock::Timestamp;
use city_ids::SettlementId;
use city_money::Vnd;
use city_receipt::derive;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ledger::{AccountNo, Leg, Purpose};

/// How the claim on a settlement ends it.
pub mod outcome {
    /// It was wired.
    pub const PAID: i16 = 1;
    /// It is the payee's balance again, or aside when the payee is closed.
    pub const RETURNED: i16 = 2;
}

/// How the claim on a settlement's closing resolves it; there is no other way.
pub const CLOSED: i16 = 1;

/// The largest amount of a leg, in dong.
const LARGEST: i64 = 100_000_000_000;
/// Legs of a posting.
const MOST_LEGS: i64 = 16;
/// How often a payee's balance is tried in one night, when it falls between reading and moving it.
pub const TRIES: u32 = 5;

/// What the document of a settlement's posting says: equal for ever, and in the ledger's tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Report {
    /// The version of this form: 1.
    pub v: u8,
    /// The settlement.
    pub settlement: SettlementId,
    /// Public id of the payee's account.
    pub payee: String,
    /// The day at whose midnight it was closed.
    pub period: NaiveDate,
    /// The last leg of the ledger that is counted.
    pub upto: i64,
    /// What the one before left.
    pub opening: Vnd,
    /// Payments that came in.
    pub payments: Vnd,
    /// What went back to payers.
    pub refunds: Vnd,
    /// Fees of the city.
    pub fees: Vnd,
    /// What came back of settlements, less anything else that left.
    pub other: Vnd,
    /// What stays, set aside for refunds.
    pub carried: Vnd,
    /// What is settled.
    pub net: Vnd,
}

/// What moved on a payee's account over a stretch of the ledger, in dong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moves {
    /// Payments that came in.
    pub payments: i64,
    /// What went back to payers.
    pub refunds: i64,
    /// Fees of the city.
    pub fees: i64,
    /// What came back of settlements, less anything else that left.
    pub other: i64,
}

/// A payee's account at a place of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The account.
    pub account: AccountNo,
    /// Its public id.
    pub ext: Uuid,
    /// What arrived less what left.
    pub balance: i64,
    /// Set aside for refunds.
    pub held: i64,
    /// The last leg of the ledger.
    pub upto: i64,
}

/// Moves and balance do not agree: the books or the report would be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the payee has {balance} and the moves make {moves}")]
pub struct Unbalanced {
    balance: i64,
    moves: i64,
}

impl Report {
    /// The report of a period; none when there is nothing to settle.
    ///
    /// # Errors
    /// [`Unbalanced`] when the moves do not explain the balance.
    pub fn of(
        settlement: SettlementId,
        period: NaiveDate,
        opening: i64,
        moves: Moves,
        standing: Standing,
    ) -> Result<Option<Self>, Unbalanced> {
        let Moves { payments, refunds, fees, other } = moves;
        let explained = opening + payments - refunds - fees + other;
        if explained != standing.balance {
            return Err(Unbalanced { balance: standing.balance, moves: explained });
        }
        let net = (standing.balance - standing.held).min(LARGEST * MOST_LEGS);
        if net <= 0 {
            return Ok(None);
        }
        Ok(Some(Self {
            v: 1,
            settlement,
            payee: standing.ext.to_string(),
            period,
            upto: standing.upto,
            opening: Vnd::new(opening),
            payments: Vnd::new(payments),
            refunds: Vnd::new(refunds),
            fees: Vnd::new(fees),
            other: Vnd::new(other),
            carried: Vnd::new(standing.balance - net),
            net: Vnd::new(net),
        }))
    }
}

/// The legs that move an amount which may be larger than one leg.
pub fn legs(from: AccountNo, to: AccountNo, amount: i64, settlement: SettlementId) -> Vec<Leg> {
    let whole = amount / LARGEST;
    let parts = (0..whole).map(|_| LARGEST).chain([amount % LARGEST]);
    let leg = |part| Leg {
        reference: Some(settlement.as_uuid()),
        ..Leg::post(from, to, part, Purpose::Settlement)
    };
    parts.filter(|part| *part > 0).map(leg).collect()
}

/// The id of the settlement of a payee's account at a midnight.
pub fn id(payee: Uuid, period: NaiveDate) -> SettlementId {
    SettlementId::restore(derive(&format!("settlement.id.{period}"), payee))
}

/// The id of the posting that closes a settlement, while it is free: anybody can work it out and use it first.
pub fn posting(payee: Uuid, period: NaiveDate) -> Uuid {
    derive(&format!("settlement.{period}"), payee)
}

/// The subject of the claim on closing a settlement: whatever its posting is called, it is closed once.
pub fn closing(settlement: SettlementId) -> Uuid {
    derive("settlement.close", settlement.as_uuid())
}

/// Public id of the account where a payee's settled money waits to be wired.
pub fn payable(payee: Uuid) -> Uuid {
    derive("payable", payee)
}

/// The Monday at or before a day.
pub fn monday(day: NaiveDate) -> NaiveDate {
    let since = u64::from(day.weekday().num_days_from_monday());
    day.checked_sub_days(Days::new(since)).unwrap_or(day)
}

/// A settlement as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Its id.
    pub id: SettlementId,
    /// The payee's account.
    pub payee: AccountNo,
    /// Public id of the same.
    pub ext: Uuid,
    /// The day at whose midnight it is closed.
    pub period: NaiveDate,
    /// When the ledger closed it, and what its document says.
    pub closed: Option<(Uuid, Timestamp, Report)>,
    /// What the payee is called.
    pub name: Option<String>,
    /// How it ended.
    pub claim: Option<i16>,
    /// The bank's reference of the approved request that ended it.
    pub bank_ref: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(balance: i64, held: i64) -> Standing {
        Standing { account: AccountNo(1), ext: Uuid::nil(), balance, held, upto: 7 }
    }

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    #[test]
    fn a_report_adds_up_or_is_none() {
        let id = id(Uuid::nil(), day(4));
        let moves = Moves { payments: 100, refunds: 20, fees: 3, other: -2 };
        let report = Report::of(id, day(4), 5, moves, standing(80, 30)).unwrap().unwrap();

        assert_eq!((report.net, report.carried), (Vnd::new(50), Vnd::new(30)));
        assert!(Report::of(id, day(4), 5, moves, standing(81, 30)).is_err());
        assert_eq!(Report::of(id, day(4), 5, moves, standing(80, 80)), Ok(None));
    }

    #[test]
    fn more_than_a_leg_holds_is_several() {
        let settlement = id(Uuid::nil(), day(4));
        let amounts = |amount| {
            let legs = legs(AccountNo(1), AccountNo(2), amount, settlement);
            legs.iter()
                .map(|leg| match leg.action {
                    super::super::ledger::Action::Post { amount, .. } => amount,
                    _ => 0,
                })
                .collect::<Vec<_>>()
        };

        assert_eq!(amounts(5), [5]);
        assert_eq!(amounts(LARGEST), [LARGEST]);
        assert_eq!(amounts(2 * LARGEST + 1), [LARGEST, LARGEST, 1]);
    }

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(monday(day(4)), day(2));
        assert_eq!(monday(day(2)), day(2));
        assert_eq!(monday(day(8)), day(2));
    }
}
