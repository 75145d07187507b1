//! What payments answers besides success.

use city_auth::step_up::OperationDigest;
use city_clock::Timestamp;
use city_contracts::problem::{Finding, Kind};
use city_events::idempotency::ClaimError;
use city_http::Outcome;
use city_money::Vnd;
use serde_json::json;

use crate::domain::ledger::Code;
use crate::domain::vietqr::QrError;
use crate::domain::wallet::Blocker;
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
    /// The same, with what to confirm.
    #[error("this needs a confirmation by PIN")]
    Confirm {
        /// The operation.
        operation: &'static str,
        /// Its digest.
        digest: OperationDigest,
    },
    /// The wallet cannot be closed yet.
    #[error("the wallet cannot be closed: {}", .0.first().map_or("", |one| one.code()))]
    WalletBlocked(Vec<Blocker>),
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
    /// A scanned text is no code that can be paid by, or it is misprinted.
    #[error("the code cannot be read")]
    QrInvalid {
        /// From which byte on.
        offset: usize,
    },
    /// A sound code of a service that is not ours.
    #[error("codes of this service are not supported")]
    QrNotSupported,
    /// A code of ours that leads to nobody, to no order or to no bill.
    #[error("nobody here is meant by this code")]
    QrPayeeUnknown,
    /// A merchant's call is not signed by a key that counts.
    #[error("the call is not signed by a key that counts")]
    SignatureInvalid,
    /// A merchant's call is signed too long ago or too far ahead.
    #[error("the signature is timed more than five minutes from {now}")]
    SignatureTime {
        /// Our clock.
        now: Timestamp,
    },
    /// Too many calls of a key, or too many that were signed badly.
    #[error("too many calls for now")]
    RateLimited {
        /// When there may be more.
        retry_after_seconds: u64,
    },
    /// A merchant's key on a biller's route, or the other way round.
    #[error("this is not for keys of this kind")]
    KeyKind,
    /// Events after the one that was named are forgotten already.
    #[error("events after this one are forgotten")]
    EventsForgotten {
        /// Numbers up to this one are no longer read.
        forgotten: i64,
    },
    /// The payee has nothing that could be settled now.
    #[error("there is nothing to settle")]
    NothingToSettle,
    /// The ledger refused the payment, for ever.
    #[error("the payment is refused: {}", .code.name())]
    Refused {
        /// Why.
        code: Code,
        /// What the owner may know of it.
        details: serde_json::Value,
    },
    /// A statement is judged, and the ledger cannot take its net off what the provider owes yet.
    #[error("what the statement comes to cannot be taken off what its provider owes yet: {}", .code.name())]
    NetRefused {
        /// Why.
        code: Code,
    },
    /// The provider is not offered here.
    #[error("this provider is not offered")]
    ProviderNotOffered,
    /// The provider does not answer just now.
    #[error("the provider does not answer just now")]
    ProviderAway,
    /// The state of the thing does not have this action.
    #[error("the state does not have this action")]
    State,
    /// Another biller has this code.
    #[error("this code is taken")]
    CodeTaken,
    /// Somebody changed it since it was read.
    #[error("somebody changed it since it was read")]
    Stale {
        /// The version it has now.
        version: i64,
    },
    /// The resident follows as many customers as one may.
    #[error("no more customers can be followed")]
    WatchLimit,
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
            Self::SignatureInvalid | Self::SignatureTime { .. } => Kind::Unauthenticated,
            Self::IdentityLevelRequired
            | Self::KeyKind
            | Self::TwoPersons
            | Self::ReauthRequired => Kind::Forbidden,
            Self::KeyReused
            | Self::WalletRequired
            | Self::StepUpRequired
            | Self::Confirm { .. }
            | Self::WalletBlocked(_)
            | Self::StepUpExpired
            | Self::StepUpMismatch
            | Self::AmountChanged { .. }
            | Self::QrInvalid { .. }
            | Self::QrNotSupported
            | Self::QrPayeeUnknown
            | Self::ProviderNotOffered
            | Self::Refused { .. }
            | Self::NetRefused { .. }
            | Self::CodeTaken
            | Self::EventsForgotten { .. }
            | Self::NothingToSettle
            | Self::Stale { .. }
            | Self::WatchLimit
            | Self::State => Kind::Conflict,
            Self::LookupLimit { .. } | Self::RateLimited { .. } => Kind::TooMany,
            Self::Away { .. }
            | Self::Busy
            | Self::NoLeader
            | Self::OutcomePending
            | Self::ProviderAway
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
            Self::StepUpRequired | Self::Confirm { .. } => "STEP_UP_REQUIRED",
            Self::WalletBlocked(blockers) => blockers.first().map_or("STATE", |one| one.code()),
            Self::StepUpExpired => "STEP_UP_EXPIRED",
            Self::StepUpMismatch => "STEP_UP_MISMATCH",
            Self::AmountChanged { .. } => "AMOUNT_CHANGED",
            Self::QrInvalid { .. } => "QR_INVALID",
            Self::QrNotSupported => "QR_NOT_SUPPORTED",
            Self::QrPayeeUnknown => "QR_PAYEE_UNKNOWN",
            Self::SignatureInvalid => "SIGNATURE_INVALID",
            Self::SignatureTime { .. } => "SIGNATURE_TIME",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::KeyKind => "KEY_KIND",
            Self::EventsForgotten { .. } => "EVENTS_FORGOTTEN",
            Self::NothingToSettle => "NOTHING_TO_SETTLE",
            Self::Refused { code, .. } => code.name(),
            Self::NetRefused { .. } => "NET_REFUSED",
            Self::ProviderNotOffered => "PROVIDER_NOT_OFFERED",
            Self::ProviderAway => "PROVIDER_AWAY",
            Self::State => "STATE",
            Self::CodeTaken => "CODE_TAKEN",
            Self::Stale { .. } => "STALE",
            Self::WatchLimit => "WATCH_LIMIT",
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
            Self::ProviderAway => Some(30),
            Self::LookupLimit { retry_after_seconds }
            | Self::RateLimited { retry_after_seconds } => Some(*retry_after_seconds),
            _ => None,
        }
    }

    fn details(&self) -> Option<serde_json::Value> {
        match self {
            Self::IdTime { now } | Self::SignatureTime { now } => {
                Some(json!({ "serverTime": now }))
            }
            Self::AmountChanged { due } => Some(json!({ "due": due })),
            Self::QrInvalid { offset } => Some(json!({ "offset": offset })),
            Self::Confirm { operation, digest } => {
                Some(json!({ "operation": operation, "operationDigest": digest.print() }))
            }
            Self::WalletBlocked(blockers) => {
                let codes: Vec<_> = blockers.iter().map(|one| one.code()).collect();
                Some(json!({ "blockers": codes }))
            }
            Self::EventsForgotten { forgotten } => Some(json!({ "forgotten": forgotten })),
            Self::NetRefused { code } => Some(json!({ "refusal": code.name() })),
            Self::Stale { version } => Some(json!({ "version": version })),
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

impl From<ClaimError> for Error {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Reused => Self::KeyReused,
            ClaimError::Database(source) => fault("claiming a key")(source),
        }
    }
}

impl From<QrError> for Error {
    fn from(error: QrError) -> Self {
        match error {
            QrError::Invalid { offset } => Self::QrInvalid { offset },
            QrError::NotSupported => Self::QrNotSupported,
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
