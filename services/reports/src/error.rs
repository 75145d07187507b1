//! What the service answers besides success.

use city_auth::Permission;
use city_contracts::common::Localised;
use city_contracts::problem::{Finding, Kind};
use city_events::idempotency::ClaimError;
use city_http::Outcome;
use serde_json::json;

use crate::domain::{BrokenRow, Refusal, WrongState};

/// The error behind an error.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What `reports` answers besides success. A variant exists when a caller acts on it differently.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the input breaks {} rules", .0.len())]
    Input(Vec<Finding>),
    #[error("the place is outside the city")]
    OutsideCity {
        /// Code and name of the nearest ward.
        nearest: Option<(String, Localised)>,
    },
    #[error("say where it is: a position, or a ward and an address")]
    PlaceRequired,
    #[error("a photo was never asked for, is somebody else's, is used already or is too old")]
    UploadUnknown(Vec<Finding>),
    #[error(
        "a photo has not arrived yet as it was announced; upload it and send the same request again"
    )]
    UploadMissing(Vec<Finding>),
    #[error("there is no such report")]
    ReportNotFound,
    #[error("there is no such photo")]
    PhotoNotFound,
    #[error("there is no such action")]
    ActionUnknown,
    #[error("the key was used for another request")]
    KeyReused,
    #[error("the report changed meanwhile: it is at version {current}")]
    Stale { current: i32 },
    #[error("this needs {} over the report", .0.as_str())]
    Scope(Permission),
    #[error(transparent)]
    Refused(Refusal),
    #[error("no more reports today")]
    DailyLimit { retry_after_seconds: u64 },
    #[error("no more photos for now")]
    PhotoLimit { retry_after_seconds: u64 },
    #[error("the registry of wards, agencies and categories has not been loaded yet")]
    NotReady,
    #[error("a dependency is away while {doing}")]
    Unavailable { doing: &'static str, source: Cause },
    #[error("fault while {doing}")]
    Internal { doing: &'static str, source: Cause },
}

impl Error {
    /// One thing wrong with the input.
    pub fn invalid(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self::Input(vec![Finding::new(field, code, message)])
    }

    /// A fault of ours that is no database error.
    pub fn internal(doing: &'static str) -> impl FnOnce(Cause) -> Self {
        move |source| Self::Internal { doing, source }
    }
}

impl Outcome for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Input(_)
            | Self::OutsideCity { .. }
            | Self::PlaceRequired
            | Self::UploadUnknown(_)
            | Self::UploadMissing(_) => Kind::Invalid,
            Self::Refused(refusal) => refusal_kind(*refusal),
            Self::ReportNotFound | Self::PhotoNotFound | Self::ActionUnknown => Kind::NotFound,
            Self::KeyReused | Self::Stale { .. } => Kind::Conflict,
            Self::Scope(_) => Kind::Forbidden,
            Self::DailyLimit { .. } | Self::PhotoLimit { .. } => Kind::TooMany,
            Self::NotReady | Self::Unavailable { .. } => Kind::Unavailable,
            Self::Internal { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Input(_) => "INPUT",
            Self::OutsideCity { .. } => "OUTSIDE_CITY",
            Self::PlaceRequired => "PLACE_REQUIRED",
            Self::UploadUnknown(_) => "UPLOAD_UNKNOWN",
            Self::UploadMissing(_) => "UPLOAD_MISSING",
            Self::ReportNotFound | Self::PhotoNotFound | Self::ActionUnknown => "NOT_FOUND",
            Self::KeyReused => "KEY_REUSED",
            Self::Stale { .. } => "STALE",
            Self::Scope(_) => "SCOPE",
            Self::Refused(refusal) => refusal.code(),
            Self::DailyLimit { .. } | Self::PhotoLimit { .. } => "DAILY_LIMIT",
            Self::NotReady => "NOT_READY",
            Self::Unavailable { .. } => "UNAVAILABLE",
            Self::Internal { .. } => "INTERNAL",
        }
    }

    fn findings(&self) -> Vec<Finding> {
        match self {
            Self::Input(findings)
            | Self::UploadUnknown(findings)
            | Self::UploadMissing(findings) => findings.clone(),
            Self::OutsideCity { .. } => vec![Finding::new("/at", "OUTSIDE_CITY", self.to_string())],
            Self::PlaceRequired => vec![Finding::new("/at", "PLACE_REQUIRED", self.to_string())],
            _ => Vec::new(),
        }
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::DailyLimit { retry_after_seconds } | Self::PhotoLimit { retry_after_seconds } => {
                Some(*retry_after_seconds)
            }
            _ => None,
        }
    }

    fn details(&self) -> Option<serde_json::Value> {
        match self {
            Self::OutsideCity { nearest: Some((code, name)) } => {
                Some(json!({ "nearestWard": { "code": code, "name": name } }))
            }
            Self::Stale { current } => Some(json!({ "version": current })),
            Self::Refused(Refusal::WrongState(WrongState { from, attempted })) => {
                Some(json!({ "state": from.as_str().to_uppercase(), "action": attempted.as_str() }))
            }
            Self::Refused(Refusal::ContestClosed { until }) => Some(json!({ "until": until })),
            Self::Refused(Refusal::AfterPhotoTooFar { distance_m }) => {
                Some(json!({ "distanceM": distance_m }))
            }
            _ => None,
        }
    }
}

/// What a caller can do about a rule that says no: change the request, ask somebody else, or look at the report again.
const fn refusal_kind(refusal: Refusal) -> Kind {
    match refusal {
        Refusal::ReasonUnknown
        | Refusal::RemitUnnamed
        | Refusal::AnswerEmpty
        | Refusal::DateOutOfRange
        | Refusal::SameAgency => Kind::Invalid,
        Refusal::TwoPersons => Kind::Forbidden,
        Refusal::WrongState(_)
        | Refusal::AfterPhotoMissing
        | Refusal::AfterPhotoNotReady
        | Refusal::AfterPhotoTooFar { .. }
        | Refusal::NobodyToAsk
        | Refusal::MergeTarget
        | Refusal::ContestClosed { .. }
        | Refusal::AlreadyContested
        | Refusal::RatingClosed
        | Refusal::TooEarly { .. } => Kind::Conflict,
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<WrongState> for Error {
    fn from(wrong: WrongState) -> Self {
        Self::Refused(Refusal::WrongState(wrong))
    }
}

impl From<BrokenRow> for Error {
    fn from(broken: BrokenRow) -> Self {
        Self::Internal { doing: "reading a stored report", source: broken.into() }
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

/// A database error, as unavailable or as our fault.
pub fn fault(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
    move |source| {
        if city_boot::db::is_away(&source) {
            Error::Unavailable { doing, source: source.into() }
        } else {
            Error::Internal { doing, source: source.into() }
        }
    }
}

/// The named constraint refused, and that is `outcome`; any other database error is a fault.
pub fn on_constraint(
    name: &str,
    outcome: Error,
    doing: &'static str,
) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| match error.as_database_error().and_then(|db| db.constraint()) {
        Some(refused) if refused == name => outcome,
        _ => fault(doing)(error),
    }
}
