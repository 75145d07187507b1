//! What commands decided, once more: the flags of accounts, and which version of the rules is in force.
//!
//! A batch keeps its commands by their ids and not in the order in which they were carried out: of several about the same,
//! any may have been the last.

use std::collections::HashMap;

use uuid::Uuid;

use super::replay::Fault;
use crate::domain::ledger::{AccountNo, Class, Decision, flags};
use crate::store::ledger::{AuditAccount, AuditBatch, AuditCommand};

const SET_FLAGS: i16 =
    Decision::SetFlags { account: AccountNo(0), flags: 0, only_from: None }.number();
const USE_RULES: i16 = Decision::UseRules { version: 0 }.number();

#[derive(Debug, Default)]
pub(super) struct Decided {
    /// By the public id of an account: what its flags may be by now.
    flags: HashMap<Uuid, LastSet>,
    /// The version in force after the last batch.
    rules: i64,
}

/// What the last batch that set an account's flags set them to.
#[derive(Debug, Default)]
struct LastSet {
    batch: i64,
    to: Vec<i64>,
}

impl LastSet {
    /// Closed is for ever: where one of a batch closed the account, no other that leaves it open was the last.
    fn may_be(&self, now: i64) -> bool {
        let is_closed = |flags: i64| flags & i64::from(flags::CLOSED) != 0;
        let closed = self.to.iter().any(|to| is_closed(*to));
        self.to.contains(&now) && (!closed || is_closed(now))
    }
}

impl Decided {
    /// Replays the commands of the next batch.
    pub(super) fn batch(
        &mut self,
        batch: &AuditBatch,
        commands: &[AuditCommand],
    ) -> Result<(), Fault> {
        let mut versions = commands.iter().filter(|row| row.kind == USE_RULES).peekable();
        let right = match versions.peek() {
            None => batch.rules == self.rules,
            Some(_) => versions.any(|row| row.arg == batch.rules),
        };
        if !right {
            return Err(Fault::batch(batch, "has other rules than were decided"));
        }
        self.rules = batch.rules;
        for row in commands.iter().filter(|row| row.kind == SET_FLAGS) {
            let set = self.flags.entry(row.object).or_default();
            if set.batch != batch.n {
                *set = LastSet { batch: batch.n, to: Vec::new() };
            }
            set.to.push(row.arg);
        }
        Ok(())
    }

    /// Compares the flags of all accounts with those that were decided, or that an account of its class begins with.
    pub(super) fn end(&self, accounts: &[AuditAccount]) -> Result<(), Fault> {
        let mut decided = 0;
        for account in accounts {
            let right = match self.flags.get(&account.ext) {
                Some(set) => {
                    decided += 1;
                    set.may_be(i64::from(account.flags))
                }
                None => Class::of(account.class).is_some_and(|of| of.flags() == account.flags),
            };
            if !right {
                return Err(Fault(format!(
                    "account {} ({}) has other flags than were decided",
                    account.id, account.ext
                )));
            }
        }
        if decided != self.flags.len() {
            return Err(Fault("an account whose flags were decided is missing".to_owned()));
        }
        Ok(())
    }
}
