//! What the ledger has in RAM. What is not here does not exist: whoever calls `apply` has loaded all that it needs.

use std::collections::HashMap;

use city_clock::Timestamp;
use uuid::Uuid;

use super::{Account, AccountNo, Code, Created};

/// The ledger as far as it is in RAM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Where the books are closed.
    pub head: Head,
    /// Accounts.
    pub accounts: HashMap<AccountNo, Account>,
    /// Postings that were answered before: all with an id above `known_above`, and of the others those that were looked up.
    pub known: HashMap<Uuid, Known>,
    /// An id above this one that is not in `known` was never answered; about any other the store has to be asked.
    pub known_above: Uuid,
    /// Commands that were carried out before.
    pub commands: HashMap<Uuid, KnownCommand>,
    /// Holds.
    pub holds: HashMap<Uuid, Hold>,
    /// Resolved subjects, with who resolved them.
    pub claims: HashMap<Uuid, Uuid>,
    /// Counters, by key and window.
    pub counters: HashMap<(Uuid, i32), Counter>,
}

/// Where the books are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last batch.
    pub batch: i64,
    /// The last leg.
    pub seq: i64,
    /// Hash of the last batch.
    pub hash: [u8; 32],
    /// When it was made: time never falls behind it.
    pub at: Timestamp,
    /// The version of the limit rules.
    pub rules: i64,
}

impl Default for Head {
    fn default() -> Self {
        Self { batch: 0, seq: 0, hash: [0; 32], at: Timestamp::UNIX_EPOCH, rules: 0 }
    }
}

/// A posting that was answered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Digest of its request.
    pub req_hash: [u8; 32],
    /// What it was answered.
    pub answer: Resolution,
}

/// What a known posting was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It took effect.
    Created(Created),
    /// It was refused.
    Refused {
        /// Why.
        code: Code,
        /// Which part of it.
        detail: i16,
        /// When.
        at: Timestamp,
    },
}

/// A command that was carried out before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownCommand {
    /// Its kind.
    pub kind: i16,
    /// What it was about: an account's public id, a subject, nothing.
    pub object: Uuid,
    /// What was decided.
    pub arg: i64,
    /// The batch that contains it.
    pub batch: i64,
    /// When.
    pub at: Timestamp,
}

/// A reserve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// From.
    pub dr: AccountNo,
    /// To.
    pub cr: AccountNo,
    /// How much.
    pub amount: i64,
    /// How much of it was moved.
    pub captured: i64,
    /// Open, or how it ended.
    pub state: HoldState,
    /// The posting that ended it.
    pub resolved_by: Option<Uuid>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// The counters it raised: key, window, by how much.
    pub counted: Vec<(Uuid, i32, i64)>,
}

/// Open, or how a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub enum HoldState {
    /// Open.
    Open = 0,
    /// Moved, all or part.
    Captured = 1,
    /// Freed.
    Voided = 2,
    /// Freed by time.
    Expired = 3,
}

impl HoldState {
    /// The state of a number.
    pub const fn of(number: i16) -> Option<Self> {
        Some(match number {
            0 => Self::Open,
            1 => Self::Captured,
            2 => Self::Voided,
            3 => Self::Expired,
            _ => return None,
        })
    }
}

/// A bounded sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// The sum.
    pub used: i64,
    /// What it can never exceed.
    pub cap: Option<i64>,
}

/// How much is kept in RAM between batches; what there is no room for is looked up when it is next needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Accounts.
    pub accounts: usize,
    /// Answered postings.
    pub postings: usize,
    /// Counters.
    pub counters: usize,
}

impl Room {
    /// About 100 MB when all of it is used.
    pub const LEADER: Self = Self { accounts: 400_000, postings: 100_000, counters: 200_000 };
}

impl State {
    /// A ledger at a head, with nothing else in RAM: any posting may have been answered before.
    pub fn at(head: Head) -> Self {
        Self::knowing_above(head, Uuid::max())
    }

    /// A ledger at a head, none of whose answered postings has an id above this one.
    pub fn knowing_above(head: Head, newest: Uuid) -> Self {
        Self {
            head,
            accounts: HashMap::new(),
            known: HashMap::new(),
            known_above: newest,
            commands: HashMap::new(),
            holds: HashMap::new(),
            claims: HashMap::new(),
            counters: HashMap::new(),
        }
    }

    /// Whether the store must be asked for a posting with this id before it can be judged.
    pub fn must_look_up(&self, posting: Uuid) -> bool {
        posting <= self.known_above && !self.known.contains_key(&posting)
    }

    /// Forgets, after a batch, what only that batch needed. What is hot stays: accounts, counters, the newest postings.
    pub fn forget(&mut self, room: Room) {
        self.commands.clear();
        self.holds.clear();
        self.claims.clear();
        if self.known.len() > room.postings {
            self.forget_postings(room.postings);
        }
        if self.accounts.len() > room.accounts {
            self.accounts.clear();
        }
        if self.counters.len() > room.counters {
            self.counters.clear();
        }
    }

    /// Forgets the postings whose ids are timed before the last batch. A phone whose clock is ahead makes ids that are
    /// timed after it: they stay, or else all others would have to be looked up until the clock reaches them.
    fn forget_postings(&mut self, room: usize) {
        let mut above = last_id_of(self.head.at);
        if self.known.keys().filter(|id| **id > above).count() > room {
            above = self.known.keys().max().copied().unwrap_or(above);
        }
        self.known_above = self.known_above.max(above);
        self.known.retain(|id, _| *id > above);
    }
}

/// The greatest UUIDv7 of a millisecond.
fn last_id_of(at: Timestamp) -> Uuid {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or(0);
    Uuid::from_u128(millis << 80 | (u128::MAX >> 48))
}
