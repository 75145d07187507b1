//! What may leave a wallet: rules as data, turned into what the ledger checks and counts when it commits.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, Months, NaiveDate, TimeZone as _};
use city_clock::{Timestamp, hue_day, hue_offset};
use city_contracts::payments::LimitWindow;
use city_receipt::derive;
use uuid::Uuid;

use super::ledger::{Code, Count, Limit, Purpose};

/// When a rule binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// Always.
    Any,
    /// While money is held back after a new device, a new PIN or a new phone number.
    OnHold,
    /// Without a recent proof of the person beside the PIN.
    NotStrong,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its place in its version, which stands in a refusal.
    pub ordinal: i16,
    /// Its name.
    pub code: String,
    /// The sum it bounds; none for a single payment.
    pub counter: Option<String>,
    /// The lowest identity level it is about.
    pub level_min: i16,
    /// The highest.
    pub level_max: i16,
    /// When it binds.
    pub only: Only,
    /// The purposes it is about; none for all.
    pub includes: Option<Vec<Purpose>>,
    /// The purposes it is not about.
    pub excludes: Vec<Purpose>,
    /// Over which time.
    pub window: LimitWindow,
    /// The most, in dong.
    pub max: i64,
    /// [`Code::LimitExceeded`] or [`Code::StrongerStepUp`].
    pub effect: Code,
}

/// Money that is to leave a wallet.
#[derive(Debug, Clone, Copy)]
pub struct Spending {
    /// Whose wallet.
    pub owner: Uuid,
    /// What for.
    pub purpose: Purpose,
    /// How much.
    pub amount: i64,
    /// The lower of the wallet's and the session's identity level.
    pub level: i16,
    /// Whether the session's hold lies ahead.
    pub on_hold: bool,
    /// Whether the person proved who they are just now.
    pub strong: bool,
    /// When.
    pub at: Timestamp,
}

impl Rule {
    /// The counter and the window of it that it bounds at an instant.
    pub fn counter_of(&self, owner: Uuid, at: Timestamp) -> Option<(Uuid, i32)> {
        let counter = self.counter.as_ref()?;
        let day = hue_day(at);
        let month = day.year() * 100 + day.month().cast_signed();
        let win = match self.window {
            LimitWindow::Single => return None,
            LimitWindow::Day => month * 100 + day.day().cast_signed(),
            LimitWindow::Month => month,
        };
        Some((derive(counter, owner), win))
    }

    /// Whether it is about this kind of spending at this level.
    fn is_about(&self, spending: &Spending) -> bool {
        (self.level_min..=self.level_max).contains(&spending.level)
            && self.includes.as_ref().is_none_or(|only| only.contains(&spending.purpose))
            && !self.excludes.contains(&spending.purpose)
    }

    /// Whether it binds now.
    const fn binds(&self, spending: &Spending) -> bool {
        match self.only {
            Only::Any => true,
            Only::OnHold => spending.on_hold,
            Only::NotStrong => !spending.strong,
        }
    }

    /// When its window begins anew.
    pub fn resets_at(&self, at: Timestamp) -> Option<Timestamp> {
        let day = hue_day(at);
        let first = match self.window {
            LimitWindow::Single => return None,
            LimitWindow::Day => day.checked_add_days(Days::new(1))?,
            LimitWindow::Month => day.with_day(1)?.checked_add_months(Months::new(1))?,
        };
        Some(midnight(first))
    }
}

/// The instant at which a civil day of Hue begins.
pub fn midnight(day: NaiveDate) -> Timestamp {
    let local = day.and_time(chrono::NaiveTime::MIN);
    // One fixed offset has exactly one instant for every local time.
    hue_offset().from_local_datetime(&local).single().map_or(Timestamp::MAX_UTC, |at| at.to_utc())
}

/// What the ledger is to count and to check. A counter rises with every spending its rules are about, also with one they do
/// not bind: what was spent yesterday with a strong proof was spent.
pub fn judge(rules: &[Rule], spending: &Spending) -> (Vec<Count>, Vec<Limit>) {
    let about = || rules.iter().filter(|rule| rule.is_about(spending));
    let counters: BTreeSet<_> =
        about().filter_map(|rule| rule.counter_of(spending.owner, spending.at)).collect();
    let counts = counters
        .into_iter()
        .map(|(key, win)| Count { key, win, add: spending.amount, cap: None })
        .collect();
    let limits = about()
        .filter(|rule| rule.binds(spending))
        .map(|rule| Limit {
            counter: rule.counter_of(spending.owner, spending.at),
            amount: spending.amount,
            max: rule.max,
            code: rule.effect,
            detail: rule.ordinal,
        })
        .collect();
    (counts, limits)
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;

    fn rule(code: &str, window: LimitWindow, max: i64) -> Rule {
        Rule {
            ordinal: 0,
            code: code.to_owned(),
            counter: (window != LimitWindow::Single).then(|| "out".to_owned()),
            level_min: 0,
            level_max: 2,
            only: Only::Any,
            includes: None,
            excludes: Vec::new(),
            window,
            max,
            effect: Code::LimitExceeded,
        }
    }

    fn spending() -> Spending {
        Spending {
            owner: Uuid::from_u128(7),
            purpose: Purpose::Person,
            amount: 5_000,
            level: 2,
            on_hold: false,
            strong: false,
            at: Utc.with_ymd_and_hms(2026, 3, 31, 16, 59, 59).unwrap(),
        }
    }

    #[test]
    fn windows_end_at_midnight_in_hue() {
        let (day, month) = (rule("D", LimitWindow::Day, 1), rule("M", LimitWindow::Month, 1));
        let before = spending().at;
        let after = before + chrono::Duration::seconds(1);
        let win = |rule: &Rule, at| rule.counter_of(Uuid::from_u128(7), at).unwrap().1;

        assert_eq!((win(&day, before), win(&day, after)), (20_260_331, 20_260_401));
        assert_eq!((win(&month, before), win(&month, after)), (202_603, 202_604));
        assert_eq!((day.resets_at(before), month.resets_at(before)), (Some(after), Some(after)));
    }

    #[test]
    fn purposes_levels_and_proofs_decide_which_rules_bind() {
        let month =
            Rule { excludes: vec![Purpose::PublicFee], ..rule("MONTH", LimitWindow::Month, 100) };
        let held = Rule { ordinal: 1, only: Only::OnHold, ..rule("HOLD", LimitWindow::Day, 2) };
        let strong = Rule {
            ordinal: 2,
            only: Only::NotStrong,
            effect: Code::StrongerStepUp,
            ..rule("STRONG", LimitWindow::Single, 10)
        };
        let low = Rule { ordinal: 3, level_max: 1, ..rule("LOW", LimitWindow::Single, 1) };
        let rules = [month, held, strong, low];
        let binding = |spending: Spending| {
            judge(&rules, &spending).1.iter().map(|limit| limit.detail).collect::<Vec<_>>()
        };

        assert_eq!(binding(spending()), [0, 2]);
        assert_eq!(binding(Spending { strong: true, ..spending() }), [0]);
        assert_eq!(binding(Spending { on_hold: true, ..spending() }), [0, 1, 2]);
        assert_eq!(binding(Spending { purpose: Purpose::PublicFee, ..spending() }), [2]);
        assert_eq!(binding(Spending { level: 1, ..spending() }), [0, 2, 3]);
        // What is spent counts for a rule that may bind later.
        assert_eq!(judge(&rules, &spending()).0.len(), 2);
    }
}
