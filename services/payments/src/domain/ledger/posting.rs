//! Postings: linked legs that succeed or fail together.

use std::collections::HashSet;

use chrono::Duration;
use city_clock::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{AccountNo, Code, Purpose, text_id};

/// The largest amount of a leg: 100 billion dong.
pub const LARGEST_AMOUNT: i64 = 100_000_000_000;
const MOST_LEGS: usize = 16;
const MOST_DOC_BYTES: usize = 16 * 1024;
const MOST_NOTE_CHARS: usize = 140;
const MOST_OTHERS: usize = 16;

/// Money to move, and what must hold for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)] // what another version says more may be what keeps money from moving
pub struct Posting {
    /// The client's UUIDv7: payment id and idempotency key for ever.
    #[serde(with = "text_id::one")]
    pub id: Uuid,
    /// Digest of the request.
    pub req_hash: [u8; 32],
    /// Refused from this instant on.
    pub valid_until: Option<Timestamp>,
    /// 1 to 16, run from left to right.
    pub legs: Vec<Leg>,
    /// Subjects it resolves.
    pub claims: Vec<Claim>,
    /// Counters it raises.
    pub counts: Vec<Count>,
    /// Limits it must keep.
    pub limits: Vec<Limit>,
    /// The text that its receipt proves.
    pub doc: Option<String>,
    /// The payer's words: personal, can be erased.
    pub note: Option<String>,
    /// Public events, when it is created.
    pub events: Vec<Event>,
}

/// One movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// What moves.
    pub action: Action,
    /// What for.
    pub purpose: Purpose,
    /// The bill's revision, the order, the payment refunded.
    #[serde(with = "text_id::maybe")]
    pub reference: Option<Uuid>,
}

/// What a leg does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Action {
    /// Moves money.
    Post {
        /// From.
        dr: AccountNo,
        /// To.
        cr: AccountNo,
        /// Whole dong.
        amount: i64,
    },
    /// Reserves money; the only leg of its posting.
    Hold {
        /// From.
        dr: AccountNo,
        /// To.
        cr: AccountNo,
        /// Whole dong.
        amount: i64,
        /// When the reserve ends.
        expires_at: Timestamp,
    },
    /// Moves reserved money and frees the rest.
    Capture {
        /// The posting that reserved it.
        #[serde(with = "text_id::one")]
        hold: Uuid,
        /// Whole dong, at most what is reserved.
        amount: i64,
    },
    /// Frees reserved money.
    Void {
        /// The posting that reserved it.
        #[serde(with = "text_id::one")]
        hold: Uuid,
    },
    /// Frees reserved money whose time is over.
    Expire {
        /// The posting that reserved it.
        #[serde(with = "text_id::one")]
        hold: Uuid,
    },
}

impl Action {
    /// The hold it resolves.
    pub const fn hold(self) -> Option<Uuid> {
        match self {
            Self::Post { .. } | Self::Hold { .. } => None,
            Self::Capture { hold, .. } | Self::Void { hold } | Self::Expire { hold } => Some(hold),
        }
    }

    /// Its number in the ledger.
    pub const fn number(self) -> i16 {
        match self {
            Self::Post { .. } => 1,
            Self::Hold { .. } => 2,
            Self::Capture { .. } => 3,
            Self::Void { .. } => 4,
            Self::Expire { .. } => 5,
        }
    }
}

/// A subject that is resolved once, by whoever commits first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The bill's revision, the merchant's order, the provider's order.
    #[serde(with = "text_id::one")]
    pub subject: Uuid,
    /// How it is resolved.
    pub outcome: i16,
}

/// A sum to be raised; the end of a hold gives back what the hold raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Which counter.
    #[serde(with = "text_id::one")]
    pub key: Uuid,
    /// Which window of it, such as a civil day; 0 for one that never ends.
    pub win: i32,
    /// By how much, at least 1.
    pub add: i64,
    /// What its sum can never exceed, fixed when the counter begins.
    pub cap: Option<i64>,
}

/// A rule on an amount, alone or together with what a counter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The counter whose sum is added, if the rule is about a window.
    #[serde(with = "text_id::counter")]
    pub counter: Option<(Uuid, i32)>,
    /// The amount.
    pub amount: i64,
    /// At most this much is allowed.
    pub max: i64,
    /// [`Code::LimitExceeded`] or [`Code::StrongerStepUp`].
    pub code: Code,
    /// Which rule, for the answer.
    pub detail: i16,
}

/// A public event, written with the posting that caused it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its id.
    #[serde(with = "text_id::one")]
    pub id: Uuid,
    /// Its name.
    pub kind: String,
    /// Its body.
    pub body: Value,
    /// The trace it belongs to.
    pub trace: Option<String>,
}

/// A posting that no client can have built: it is refused before the queue, and its id stays free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Misshapen(pub &'static str);

impl Posting {
    /// A posting of legs, and nothing else.
    pub const fn new(id: Uuid, req_hash: [u8; 32], legs: Vec<Leg>) -> Self {
        Self {
            id,
            req_hash,
            valid_until: None,
            legs,
            claims: Vec::new(),
            counts: Vec::new(),
            limits: Vec::new(),
            doc: None,
            note: None,
            events: Vec::new(),
        }
    }

    /// Checks everything that does not depend on the ledger.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self) -> Result<(), Misshapen> {
        let held = self.legs.iter().any(|leg| matches!(leg.action, Action::Hold { .. }));
        let amount = self.legs.iter().find_map(|leg| match leg.action {
            Action::Hold { amount, .. } => Some(amount),
            _ => None,
        });
        let unique = |mut keys: Vec<(Uuid, i32)>| {
            let all = keys.len();
            keys.sort_unstable();
            keys.dedup();
            keys.len() == all
        };
        let resolved: Vec<_> = self.legs.iter().filter_map(|leg| leg.action.hold()).collect();
        let different: HashSet<_> = resolved.iter().collect();
        let rules = [
            ((1..=MOST_LEGS).contains(&self.legs.len()), "a posting has 1 to 16 legs"),
            (!held || self.legs.len() == 1, "a hold is the only leg of its posting"),
            (
                self.legs.iter().all(Leg::is_sound),
                "a leg moves 1 to 100 billion dong between two accounts",
            ),
            (different.len() == resolved.len(), "a posting resolves a hold once"),
            (
                unique(self.claims.iter().map(|claim| (claim.subject, 0)).collect()),
                "a posting claims a subject once",
            ),
            (
                unique(self.counts.iter().map(|count| (count.key, count.win)).collect()),
                "a posting raises a counter once",
            ),
            (
                self.counts.iter().all(|count| {
                    (1..=LARGEST_AMOUNT).contains(&count.add)
                        && amount.is_none_or(|amount| count.add == amount)
                }),
                "a counter rises by an amount; a hold's by the hold's",
            ),
            (
                self.limits.iter().all(|limit| {
                    (1..=LARGEST_AMOUNT).contains(&limit.amount)
                        && limit.detail >= 0
                        && [Code::LimitExceeded, Code::StrongerStepUp].contains(&limit.code)
                }),
                "a limit is about an amount and refuses as one",
            ),
            (
                self.claims.len().max(self.counts.len()).max(self.limits.len()) <= MOST_OTHERS
                    && self.events.len() <= MOST_OTHERS,
                "a posting has at most 16 claims, counters, limits and events",
            ),
            (
                self.doc.as_ref().is_none_or(|doc| doc.len() <= MOST_DOC_BYTES),
                "a document has at most 16 KiB",
            ),
            (
                self.note.as_ref().is_none_or(|note| note.chars().count() <= MOST_NOTE_CHARS),
                "a note has at most 140 characters",
            ),
        ];
        rules.into_iter().find(|(kept, _)| !kept).map_or(Ok(()), |(_, rule)| Err(Misshapen(rule)))
    }

    /// Bytes of its document and note.
    pub fn text_bytes(&self) -> usize {
        self.doc.as_ref().map_or(0, String::len) + self.note.as_ref().map_or(0, String::len)
    }
}

impl Leg {
    /// A leg that moves money.
    pub const fn post(dr: AccountNo, cr: AccountNo, amount: i64, purpose: Purpose) -> Self {
        Self { action: Action::Post { dr, cr, amount }, purpose, reference: None }
    }

    fn is_sound(&self) -> bool {
        match self.action {
            Action::Post { dr, cr, amount } | Action::Hold { dr, cr, amount, .. } => {
                dr != cr && (1..=LARGEST_AMOUNT).contains(&amount)
            }
            Action::Capture { amount, .. } => (1..=LARGEST_AMOUNT).contains(&amount),
            Action::Void { .. } | Action::Expire { .. } => true,
        }
    }
}

/// When a hold made now ends: after 7 days unless asked otherwise, after 30 at most.
///
/// # Errors
/// When more than 30 days or less than one are asked for.
pub fn hold_until(now: Timestamp, days: Option<i64>) -> Result<Timestamp, Misshapen> {
    match days.unwrap_or(7) {
        days @ 1..=30 => Ok(now + Duration::days(days)),
        _ => Err(Misshapen("a hold lasts 1 to 30 days")),
    }
}
