//! What payments answers besides success.

use city_contracts::problem::{Finding, Kind};
use city_http::Outcome;

use crate::sequencer::NotNow;

/// What a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Members of the input break rules.
    #[error("the input breaks {} rule(s)", .0.len())]
    Input(Vec<Finding>),
    /// The key was used with another request.
    #[error("this key was used with another request")]
    KeyReused,
    /// Too many payments wait.
    #[error("too many payments wait just now")]
    Busy,
    /// This instance does not lead the ledger.
    #[error("the ledger has no leader here just now")]
    NoLeader,
    /// A commit is not reported yet.
    #[error("the outcome is not known yet; ask again with the same id")]
    OutcomePending,
    /// The ledger's database is away.
    #[error("the ledger is away")]
    LedgerAway,
    /// A dependency does not answer.
    #[error("a dependency is away while {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What refused.
        #[source]
        source: sqlx::Error,
    },
    /// Anything else.
    #[error("fault while {doing}")]
    Internal {
        /// What was being done.
        doing: &'static str,
        /// What refused.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Outcome for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Input(_) => Kind::Invalid,
            Self::KeyReused => Kind::Conflict,
            Self::Busy
            | Self::NoLeader
            | Self::OutcomePending
            | Self::LedgerAway
            | Self::Unavailable { .. } => Kind::Unavailable,
            Self::Internal { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Input(_) => "INPUT",
            Self::KeyReused => "KEY_REUSED",
            Self::Busy => "BUSY",
            Self::NoLeader => "NO_LEADER",
            Self::OutcomePending => "OUTCOME_PENDING",
            Self::LedgerAway | Self::Unavailable { .. } => "UNAVAILABLE",
            Self::Internal { .. } => "INTERNAL",
        }
    }

    fn findings(&self) -> Vec<Finding> {
        match self {
            Self::Input(findings) => findings.clone(),
            _ => Vec::new(),
        }
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        matches!(self, Self::Busy | Self::NoLeader | Self::OutcomePending).then_some(1)
    }
}

impl From<NotNow> for Error {
    fn from(reason: NotNow) -> Self {
        match reason {
            NotNow::Busy => Self::Busy,
            NotNow::NoLeader { .. } => Self::NoLeader,
            NotNow::Away => Self::LedgerAway,
            NotNow::OutcomePending => Self::OutcomePending,
        }
    }
}

/// A database error while doing something: away or a fault.
pub fn fault(doing: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |source| {
        if city_boot::db::is_away(&source) {
            Error::Unavailable { doing, source }
        } else {
            Error::Internal { doing, source: source.into() }
        }
    }
}

/// A stored row that breaks a rule.
pub fn broken(
    doing: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::Internal { doing, source: source.into() }
}
