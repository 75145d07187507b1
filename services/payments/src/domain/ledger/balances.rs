//! Balances while the legs of one posting run: what a leg changes is seen by the next, and lost if one fails.

use std::collections::BTreeMap;

use super::{AccountNo, Balance, State, flags};

/// What one leg adds to the four sums of one account.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Change {
    pub debits_pending: i64,
    pub debits_posted: i64,
    pub credits_pending: i64,
    pub credits_posted: i64,
}

/// Why a change cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shortage {
    Funds,
    Size,
}

pub(super) struct Balances<'a> {
    state: &'a State,
    changed: BTreeMap<AccountNo, Balance>,
}

impl<'a> Balances<'a> {
    pub(super) const fn over(state: &'a State) -> Self {
        Self { state, changed: BTreeMap::new() }
    }

    pub(super) fn of(&self, no: AccountNo) -> Balance {
        let stored = || self.state.accounts.get(&no).map(|account| account.balance);
        self.changed.get(&no).copied().or_else(stored).unwrap_or_default()
    }

    /// Applies a change; refuses one that the account's flags or the size of a sum do not allow.
    pub(super) fn change(&mut self, no: AccountNo, change: Change) -> Result<(), Shortage> {
        let before = self.of(no);
        let sum = |value: i64, added: i64| i128::from(value) + i128::from(added);
        let debits_pending = sum(before.debits_pending, change.debits_pending);
        let debits_posted = sum(before.debits_posted, change.debits_posted);
        let credits_pending = sum(before.credits_pending, change.credits_pending);
        let credits_posted = sum(before.credits_posted, change.credits_posted);
        let flags = self.state.accounts.get(&no).map_or(0, |account| account.flags);
        let (debits, credits) = (debits_pending + debits_posted, credits_pending + credits_posted);
        // Freeing a reserve is never refused: only what rises can fall short.
        let debit_rises = change.debits_pending + change.debits_posted > 0;
        let credit_rises = change.credits_pending + change.credits_posted > 0;
        if debit_rises && flags & flags::DEBITS_COVERED != 0 && debits > credits_posted
            || credit_rises && flags & flags::CREDITS_COVERED != 0 && credits > debits_posted
        {
            return Err(Shortage::Funds);
        }
        if debits.max(credits) > i128::from(i64::MAX) {
            return Err(Shortage::Size); // the database adds pending and posted too
        }
        let narrow = |value: i128| i64::try_from(value).map_err(|_| Shortage::Size);
        let after = Balance {
            debits_pending: narrow(debits_pending)?,
            debits_posted: narrow(debits_posted)?,
            credits_pending: narrow(credits_pending)?,
            credits_posted: narrow(credits_posted)?,
        };
        self.changed.insert(no, after);
        Ok(())
    }

    pub(super) fn into_changed(self) -> BTreeMap<AccountNo, Balance> {
        self.changed
    }
}
