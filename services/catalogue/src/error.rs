//! What catalogue answers besides success.

use chrono::NaiveDate;
use city_auth::Permission;
use city_contracts::catalogue::service::Availability;
use city_contracts::common::Localised;
use city_contracts::problem::{Finding, Kind};
use city_events::idempotency::ClaimError;
use city_http::Outcome;
use serde_json::json;

use crate::domain::dossier::{Refusal, WrongStatus};
use crate::domain::edition::EditionRefusal;

/// What a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Members of the input break rules.
    #[error("the input breaks {} rule(s)", .0.len())]
    Input(Vec<Finding>),
    /// A ward code of a unit that ended.
    #[error("this code is that of a former unit")]
    PlaceFormer {
        /// JSON Pointer to the code.
        field: String,
        /// Codes and names of the present units it became.
        successors: Vec<(String, Localised)>,
    },
    /// A ward code of no unit at all.
    #[error("this is the code of no ward or commune")]
    PlaceUnknown {
        /// JSON Pointer to the code.
        field: String,
    },
    /// There is no such thing, or not for this caller.
    #[error("there is no such thing")]
    NotFound,
    /// It changed meanwhile.
    #[error("it changed meanwhile: it is at version {current}")]
    Stale {
        /// The version it is at.
        current: i32,
    },
    /// No live grant holds the permission over the object.
    #[error("this needs {} over the object", .0.as_str())]
    Scope(Permission),
    /// A rule of dossiers says no.
    #[error(transparent)]
    Dossier(#[from] Refusal),
    /// An applicant is told no.
    #[error(transparent)]
    Applicant(crate::app::dossier::Refused),
    /// An edition does not take this move, or not from this person.
    #[error(transparent)]
    Edition(#[from] EditionRefusal),
    /// Another service has this code.
    #[error("another service has this code")]
    CodeTaken,
    /// This person cannot use the service now.
    #[error("this service cannot be used now")]
    NotUsable(Box<Availability>),
    /// A calendar would change days that are over, and nobody confirmed it.
    #[error("{} day(s) that are over would change; confirm it with confirmPast", .0.len())]
    PastDays(Vec<NaiveDate>),
    /// The picture of what is published was not read yet.
    #[error("what is published has not been loaded yet")]
    NotReady,
    /// The key was used with another request.
    #[error("this key was used with another request")]
    KeyReused,
    /// A dependency does not answer.
    #[error("a dependency is away while {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What refused.
        #[source]
        source: sqlx::Error,
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

impl Error {
    /// One thing wrong with the input.
    pub fn invalid(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self::Input(vec![Finding::new(field, code, message)])
    }
}

impl Outcome for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Input(_) | Self::PlaceFormer { .. } | Self::PlaceUnknown { .. } => Kind::Invalid,
            Self::NotFound => Kind::NotFound,
            Self::Applicant(refused) => refused.kind(),
            Self::KeyReused
            | Self::Stale { .. }
            | Self::Dossier(_)
            | Self::Edition(EditionRefusal::WrongState { .. } | EditionRefusal::NotYet { .. })
            | Self::CodeTaken
            | Self::PastDays(_)
            | Self::NotUsable(_) => Kind::Conflict,
            Self::Scope(_) | Self::Edition(EditionRefusal::TwoPersons) => Kind::Forbidden,
            Self::NotReady | Self::Unavailable { .. } | Self::Away { .. } => Kind::Unavailable,
            Self::Internal { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Input(_) => "INPUT",
            Self::PlaceFormer { .. } => "PLACE_FORMER",
            Self::PlaceUnknown { .. } => "PLACE_UNKNOWN",
            Self::NotFound => "NOT_FOUND",
            Self::Stale { .. } => "STALE",
            Self::Scope(_) => "SCOPE",
            Self::Dossier(refusal) => refusal.code(),
            Self::Applicant(refused) => refused.code(),
            Self::Edition(EditionRefusal::TwoPersons) => "TWO_PERSONS",
            Self::Edition(EditionRefusal::WrongState { .. } | EditionRefusal::NotYet { .. }) => {
                "STATE"
            }
            Self::CodeTaken => "CODE_TAKEN",
            Self::NotUsable(_) => "NOT_USABLE",
            Self::PastDays(_) => "PAST_DAYS",
            Self::NotReady => "NOT_READY",
            Self::KeyReused => "KEY_REUSED",
            Self::Unavailable { .. } | Self::Away { .. } => "UNAVAILABLE",
            Self::Internal { .. } => "INTERNAL",
        }
    }

    fn findings(&self) -> Vec<Finding> {
        match self {
            Self::Input(findings) => findings.clone(),
            Self::Applicant(refused) => refused.findings(),
            Self::PlaceFormer { field, .. } | Self::PlaceUnknown { field } => {
                vec![Finding::new(field.clone(), self.code(), self.to_string())]
            }
            _ => Vec::new(),
        }
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Applicant(refused) => refused.retry_after_seconds(),
            _ => None,
        }
    }

    fn details(&self) -> Option<serde_json::Value> {
        match self {
            Self::PlaceFormer { successors, .. } => {
                let unit =
                    |(code, name): &(String, Localised)| json!({ "code": code, "name": name });
                Some(json!({ "successors": successors.iter().map(unit).collect::<Vec<_>>() }))
            }
            Self::PastDays(days) => {
                Some(json!({ "days": days.iter().take(31).collect::<Vec<_>>() }))
            }
            Self::Stale { current } => Some(json!({ "version": current })),
            Self::Dossier(Refusal::WrongStatus(WrongStatus { status, attempted })) => Some(json!({
                "status": status.code(), "state": status.as_str(), "action": attempted,
            })),
            Self::Dossier(Refusal::LeadNeeded { targets } | Refusal::ItemsOpen { targets }) => {
                Some(json!({ "targets": targets }))
            }
            Self::Edition(EditionRefusal::WrongState { from, attempted }) => {
                Some(json!({ "state": from.as_str(), "action": attempted.as_str() }))
            }
            Self::NotUsable(availability) => serde_json::to_value(availability).ok(),
            _ => None,
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

/// The named constraint refused, and that is `outcome`; any other database error is away or a fault.
pub fn on_constraint(
    name: &str,
    outcome: Error,
    doing: &'static str,
) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| match error.as_database_error().and_then(|refused| refused.constraint()) {
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
