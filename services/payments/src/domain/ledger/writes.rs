//! The rows of a batch.

use city_clock::Timestamp;
use uuid::Uuid;

use super::{Account, AccountNo, Code, Event, Hold};

/// What a batch writes; empty when all its inputs were answered before.
#[derive(Debug, Clone, PartialEq)]
pub struct Writes {
    /// Number of the batch.
    pub n: i64,
    /// Hash of the batch before.
    pub prev: [u8; 32],
    /// Sequence number of its first leg, or of the next one when it has none.
    pub first_seq: i64,
    /// When it is made.
    pub at: Timestamp,
    /// The version of the limit rules after it.
    pub rules: i64,
    /// Legs, by `seq`.
    pub transfers: Vec<TransferRow>,
    /// Refusals, by id.
    pub rejections: Vec<RejectionRow>,
    /// Commands, by id.
    pub commands: Vec<CommandRow>,
    /// The accounts it touches as they are afterwards, by number.
    pub accounts: Vec<Account>,
    /// Holds it makes, some of them already resolved.
    pub opened: Vec<HoldRow>,
    /// Older holds it resolves.
    pub resolved: Vec<HoldRow>,
    /// Counters that begin.
    pub begun: Vec<CounterRow>,
    /// Counters that change.
    pub changed: Vec<CounterRow>,
    /// What each posting did to counters: posting, key, window, by how much.
    pub counted: Vec<(Uuid, Uuid, i32, i64)>,
    /// Subjects resolved: subject, posting or command, outcome.
    pub claims: Vec<(Uuid, Uuid, i16)>,
    /// Documents and notes: posting, document, note.
    pub docs: Vec<(Uuid, Option<String>, Option<String>)>,
    /// Public events.
    pub events: Vec<Event>,
}

/// A leg as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRow {
    /// Its posting.
    pub posting: Uuid,
    /// Its place in the posting, from 0.
    pub leg: i16,
    /// Its place in the ledger.
    pub seq: i64,
    /// 1 post, 2 hold, 3 capture, 4 void, 5 expire.
    pub kind: i16,
    /// Number of its purpose.
    pub purpose: i16,
    /// From.
    pub dr: AccountNo,
    /// Public id of the same.
    pub dr_ext: Uuid,
    /// To.
    pub cr: AccountNo,
    /// Public id of the same.
    pub cr_ext: Uuid,
    /// How much.
    pub amount: i64,
    /// What it takes off the pending sums.
    pub released: i64,
    /// The hold it resolves.
    pub hold: Option<Uuid>,
    /// What it is for.
    pub reference: Option<Uuid>,
    /// What is on `dr` afterwards.
    pub dr_after: i64,
    /// What is on `cr` afterwards.
    pub cr_after: i64,
    /// When the hold it makes ends.
    pub expires_at: Option<Timestamp>,
    /// Digest of the request, on the first leg.
    pub req_hash: Option<[u8; 32]>,
    /// Digest of the document, on the first leg.
    pub doc_hash: Option<[u8; 32]>,
}

/// A refusal as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectionRow {
    /// The posting.
    pub posting: Uuid,
    /// Why.
    pub code: Code,
    /// Which part.
    pub detail: i16,
    /// Digest of the request.
    pub req_hash: [u8; 32],
}

/// A command as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRow {
    /// Its id.
    pub id: Uuid,
    /// Its kind.
    pub kind: i16,
    /// What it is about.
    pub object: Uuid,
    /// What is decided.
    pub arg: i64,
    /// Who.
    pub actor: Uuid,
    /// Why.
    pub reason: String,
}

/// A hold as it is afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// The posting that made it.
    pub posting: Uuid,
    /// The hold.
    pub hold: Hold,
}

/// A counter as it is afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterRow {
    /// Which.
    pub key: Uuid,
    /// Which window.
    pub win: i32,
    /// By how much this batch changed it.
    pub added: i64,
    /// The sum.
    pub used: i64,
    /// What it can never exceed.
    pub cap: Option<i64>,
}

impl Writes {
    /// Whether there is nothing to write.
    pub const fn is_empty(&self) -> bool {
        self.transfers.is_empty() && self.rejections.is_empty() && self.commands.is_empty()
    }
}
