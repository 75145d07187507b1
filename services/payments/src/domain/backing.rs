//! What backs the wallets, kept up with every batch.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use city_clock::hue_day;

use super::ledger::{AccountNo, Class, Writes};

/// How many days of what came in through a provider are kept: more than any ten working days span, the most
/// that can be configured.
const KEPT_DAYS: u64 = 40;

/// Sums over the ledger up to a batch, in dong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backing {
    /// What all wallets hold.
    pub wallets: i64,
    /// What the bank accounts hold that back them.
    pub guarantee: i64,
    /// What each provider owes.
    pub clearing: BTreeMap<AccountNo, Owed>,
    /// The last batch that is counted.
    pub batch: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// What a provider owes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owed {
    /// All of it; below zero when it paid too much.
    pub amount: i64,
    /// What came in through it, by civil day.
    pub recent: BTreeMap<NaiveDate, i64>,
}

impl Owed {
    /// What of it came in since a day: what the provider pays, it pays for the oldest first.
    fn since(&self, day: NaiveDate) -> i64 {
        let came: i64 = self.recent.range(day..).map(|(_, amount)| amount).sum();
        self.amount.min(came).max(0)
    }
}

impl Backing {
    /// What providers owe since a day at most.
    pub fn transit(&self, since: NaiveDate) -> i64 {
        self.clearing.values().map(|owed| owed.since(since)).sum()
    }

    /// By how much the wallets hold more than what backs them; 0 when they do not.
    pub fn shortfall(&self, since: NaiveDate) -> i64 {
        (self.wallets - self.guarantee - self.transit(since)).max(0)
    }

    /// The same after one more batch.
    #[must_use]
    pub fn after(&self, writes: &Writes, hash: [u8; 32]) -> Self {
        let mut next = Self { batch: writes.n, hash, ..self.clone() };
        let day = hue_day(writes.at);
        let class = |no: AccountNo| {
            let found = writes.accounts.binary_search_by_key(&no, |account| account.no);
            found.ok().and_then(|at| writes.accounts.get(at)).map(|account| account.class)
        };
        for row in writes.transfers.iter().filter(|row| row.amount > 0 && row.kind != 2) {
            next.moves(class(row.dr), row.dr, -row.amount, day);
            next.moves(class(row.cr), row.cr, row.amount, day);
        }
        let oldest = day.checked_sub_days(Days::new(KEPT_DAYS)).unwrap_or(day);
        for owed in next.clearing.values_mut() {
            owed.recent.retain(|day, _| *day >= oldest);
        }
        next
    }

    /// Money comes to an account, or leaves it below zero. The bank and the providers have what left.
    fn moves(&mut self, class: Option<Class>, no: AccountNo, amount: i64, day: NaiveDate) {
        match class {
            Some(Class::Wallet) => self.wallets += amount,
            Some(Class::Guarantee) => self.guarantee -= amount,
            Some(Class::Clearing) => {
                let owed = self.clearing.entry(no).or_default();
                owed.amount -= amount;
                if amount < 0 {
                    *owed.recent.entry(day).or_default() -= amount;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_pays_is_taken_off_what_is_oldest() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let mut owed = Owed { amount: 100, recent: BTreeMap::new() };
        owed.recent.insert(day(2), 60);
        owed.recent.insert(day(4), 40);
        let mut backing = Backing { wallets: 130, guarantee: 50, ..Backing::default() };
        backing.clearing.insert(AccountNo(1), owed);

        assert_eq!((backing.transit(day(2)), backing.transit(day(3))), (100, 40));
        assert_eq!((backing.shortfall(day(2)), backing.shortfall(day(3))), (0, 40));
        let owed = backing.clearing.get_mut(&AccountNo(1)).unwrap();
        owed.amount = 30;
        assert_eq!(owed.since(day(2)), 30);
        owed.amount = -5;
        assert_eq!(owed.since(day(2)), 0);
    }
}
