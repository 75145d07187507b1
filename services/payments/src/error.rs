//! What payments answers besides success.

use city_clock::Timestamp;
use city_contracts::problem::{Finding, Kind};
use city_http::Outcome;
use city_money::Vnd;
use serde_json::json;

use crate::domain::ledger::Code;
use crate::sequencer::NotNow;

/// What a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Members of the input break rules.
    #[error("the input breaks {} rule(s)", .0.len())]
    Input(Vec<Finding>),
    /// There is no such thing, or it is not the caller's to know.
    #[error("there is nothing here")]
    NotFound,
    /// The id of a payment is no UUIDv7.
    #[error("the id of a payment is a UUID of version 7")]
    NotAnId,
    /// A new id is timed too far from our clock.
    #[error("the id is timed more than 24 hours back or 5 minutes ahead of {now}")]
    IdTime {
        /// Our clock.
        now: Timestamp,
    },
    /// The person's identity is not proven well enough.
    #[error("this needs a higher identity level")]
    IdentityLevelRequired,
    /// The caller has no wallet.
    #[error("this needs a wallet")]
    WalletRequired,
    /// Taking money out of a wallet needs a confirmation by PIN.
    #[error("this needs a confirmation by PIN")]
    StepUpRequired,
    /// The confirmation is too old.
    #[error("the confirmation by PIN has expired")]
    StepUpExpired,
    /// The confirmation is for something else.
    #[error("the confirmation by PIN is for something else")]
    StepUpMismatch,
    /// Another amount is due than the person saw.
    #[error("another amount is due now")]
    AmountChanged {
        /// What is due.
        due: Vnd,
    },
    /// The ledger refused the payment, for ever.
    #[error("the payment is refused: {}", .code.name())]
    Refused {
        /// Why.
        code: Code,
        /// What the owner may know of it.
        details: serde_json::Value,
    },
    /// The state of the thing does not have this action.
    #[error("the state does not have this action")]
    State,
    /// Who asked does not decide.
    #[error("who asked for it does not decide about it")]
    TwoPersons,
    /// The officer's sign-in is too long ago.
    #[error("this action wants a recent proof of who asks")]
    ReauthRequired,
    /// No more lookups of payees for now.
    #[error("no more lookups of payees for now")]
    LookupLimit {
        /// When there are more.
        retry_after_seconds: u64,
    },
    /// Another service does not answer.
    #[error("another service is away while {doing}")]
    Away {
        /// What was being done.
        doing: &'static str,
        /// What refused.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
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
            Self::Input(_) | Self::NotAnId | Self::IdTime { .. } => Kind::Invalid,
            Self::NotFound => Kind::NotFound,
            Self::IdentityLevelRequired | Self::TwoPersons | Self::ReauthRequired => {
                Kind::Forbidden
            }
            Self::KeyReused
            | Self::WalletRequired
            | Self::StepUpRequired
            | Self::StepUpExpired
            | Self::StepUpMismatch
            | Self::AmountChanged { .. }
            | Self::Refused { .. }
            | Self::State => Kind::Conflict,
            Self::LookupLimit { .. } => Kind::TooMany,
            Self::Away { .. }
            | Self::Busy
            | Self::NoLeader
            | Self::OutcomePending
            | Self::LedgerAway
            | Self::Unavailable { .. } => Kind::Unavailable,
            Self::Internal { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Input(_) | Self::NotAnId => "INPUT",
            Self::NotFound => "NOT_FOUND",
            Self::IdTime { .. } => "ID_TIME",
            Self::IdentityLevelRequired => "IDENTITY_LEVEL_REQUIRED",
            Self::WalletRequired => "WALLET_REQUIRED",
            Self::StepUpRequired => "STEP_UP_REQUIRED",
            Self::StepUpExpired => "STEP_UP_EXPIRED",
            Self::StepUpMismatch => "STEP_UP_MISMATCH",
            Self::AmountChanged { .. } => "AMOUNT_CHANGED",
            Self::Refused { code, .. } => code.name(),
            Self::State => "STATE",
            Self::TwoPersons => "TWO_PERSONS",
            Self::ReauthRequired => "REAUTH_REQUIRED",
            Self::LookupLimit { .. } => "LOOKUP_LIMIT",
            Self::KeyReused => "KEY_REUSED",
            Self::Busy => "BUSY",
            Self::NoLeader => "NO_LEADER",
            Self::OutcomePending => "OUTCOME_PENDING",
            Self::LedgerAway | Self::Away { .. } | Self::Unavailable { .. } => "UNAVAILABLE",
            Self::Internal { .. } => "INTERNAL",
        }
    }

    fn findings(&self) -> Vec<Finding> {
        match self {
            Self::Input(findings) => findings.clone(),
            Self::NotAnId => vec![Finding::new("/idempotencyKey", "INPUT", self.to_string())],
            _ => Vec::new(),
        }
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Busy | Self::NoLeader | Self::OutcomePending => Some(1),
            Self::LookupLimit { retry_after_seconds } => Some(*retry_after_seconds),
            _ => None,
        }
    }

    fn details(&self) -> Option<serde_json::Value> {
        match self {
            Self::IdTime { now } => Some(json!({ "serverTime": now })),
            Self::AmountChanged { due } => Some(json!({ "due": due })),
            Self::Refused { details, .. } => Some(details.clone()).filter(|it| !it.is_null()),
            _ => None,
        }
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

/// The named constraint refused, and that is `outcome`; any other database error is a fault.
pub fn on_constraint(
    name: &'static str,
    outcome: Error,
    doing: &'static str,
) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| match error.as_database_error().and_then(|db| db.constraint()) {
        Some(refused) if refused == name => outcome,
        _ => fault(doing)(error),
    }
}

/// A stored row that breaks a rule.
pub fn broken(
    doing: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::Internal { doing, source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_applied_may_be_sent_again_soon_and_is_never_a_question_of_who_asks() {
        let nobody = NotNow::NoLeader { leader_url: Some("http://payments-1:8080".into()) };
        for (reason, code) in [
            (NotNow::Busy, "BUSY"),
            (nobody, "NO_LEADER"),
            (NotNow::OutcomePending, "OUTCOME_PENDING"),
        ] {
            let error = Error::from(reason);
            assert_eq!((error.kind(), error.code()), (Kind::Unavailable, code));
            assert_eq!(error.retry_after_seconds(), Some(1), "{code}");
        }
        let away = Error::from(NotNow::Away);
        assert_eq!((away.kind(), away.code()), (Kind::Unavailable, "UNAVAILABLE"));
    }
}
