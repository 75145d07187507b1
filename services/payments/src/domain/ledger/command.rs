//! Commands: decisions without money that must stand in one order with it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AccountNo, Event, text_id};

/// A decision without money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Its id, for ever.
    #[serde(with = "text_id::one")]
    pub id: Uuid,
    /// What is decided.
    pub decision: Decision,
    /// Who decided.
    #[serde(with = "text_id::one")]
    pub actor: Uuid,
    /// Why.
    pub reason: String,
    /// Public events, when it is carried out.
    pub events: Vec<Event>,
}

/// What a command decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Decision {
    /// An account gets these flags; the two of its class stay, and closed is for ever.
    SetFlags {
        /// The account.
        account: AccountNo,
        /// All its flags from now on.
        flags: i32,
        /// Only if it has these flags now; none for whatever it has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only_from: Option<i32>,
    },
    /// A subject is resolved without money.
    Resolve {
        /// The subject.
        #[serde(with = "text_id::one")]
        subject: Uuid,
        /// How.
        outcome: i16,
    },
    /// A version of the limit rules begins.
    UseRules {
        /// The version.
        version: i64,
    },
}

impl Decision {
    /// Its number in the ledger.
    pub const fn number(self) -> i16 {
        match self {
            Self::SetFlags { .. } => 1,
            Self::Resolve { .. } => 2,
            Self::UseRules { .. } => 3,
        }
    }

    /// What is decided, as a number.
    pub const fn arg(self) -> i64 {
        match self {
            Self::SetFlags { flags, .. } => flags as i64,
            Self::Resolve { outcome, .. } => outcome as i64,
            Self::UseRules { version } => version,
        }
    }
}

/// Why a command was not carried out. Nothing of it is kept, and its id stays free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum CommandRefusal {
    /// There is no such account.
    #[error("there is no such account")]
    AccountNotFound,
    /// A closed account stays closed.
    #[error("a closed account stays closed")]
    AccountClosed,
    /// Only an empty account can be closed.
    #[error("only an empty account can be closed")]
    AccountNotEmpty,
    /// Somebody changed the flags.
    #[error("the account has other flags by now")]
    FlagsChanged,
    /// The flags of its class stay.
    #[error("the flags of an account's class stay")]
    FlagsOfClass,
    /// The subject was resolved before.
    #[error("the subject was resolved before")]
    AlreadyResolved {
        /// By this posting or command.
        #[serde(with = "text_id::one")]
        winner: Uuid,
    },
}
