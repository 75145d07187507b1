//! What was looked up for a batch.

use uuid::Uuid;

use super::{Account, Counter, Hold, Known, KnownCommand, State};

/// Rows that [`super::Needs`] asked for, as far as they exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Postings answered before.
    pub known: Vec<(Uuid, Known)>,
    /// Commands carried out before.
    pub commands: Vec<(Uuid, KnownCommand)>,
    /// Holds.
    pub holds: Vec<(Uuid, Hold)>,
    /// Resolved subjects, with who resolved them.
    pub claims: Vec<(Uuid, Uuid)>,
    /// Counters.
    pub counters: Vec<((Uuid, i32), Counter)>,
}

impl State {
    /// Takes what was looked up into RAM.
    pub fn learn(&mut self, found: Found) {
        self.accounts.extend(found.accounts.into_iter().map(|account| (account.no, account)));
        self.known.extend(found.known);
        self.commands.extend(found.commands);
        self.holds.extend(found.holds);
        self.claims.extend(found.claims);
        self.counters.extend(found.counters);
    }
}
