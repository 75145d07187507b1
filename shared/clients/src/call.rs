//! On whose behalf a call is made, and why it can fail.

use std::time::{Duration, Instant};

use city_auth::Principal;
use city_contracts::common::Locale;
use city_contracts::problem::{Kind, ProblemDocument};
use city_http::{Problem, RETRY_AFTER_SECONDS};

/// Who asks, in which language, until when.
#[derive(Debug, Clone)]
pub struct Call {
    /// The identity that the other service sees.
    pub principal: Principal,
    /// The language of texts.
    pub locale: Locale,
    /// When the answer is of no more use.
    pub deadline: Instant,
}

impl Call {
    /// A call for a principal that waits at most this long.
    pub fn new(principal: Principal, locale: Locale, patience: Duration) -> Self {
        Self { principal, locale, deadline: Instant::now() + patience }
    }
}

/// A call that gave no answer of the wanted type.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The service refused; its own words.
    #[error("the service refused with {}", .0.code)]
    Refused(Box<ProblemDocument>),
    /// The service is away, slow, or protected by its breaker.
    #[error("the service {service} is away while {doing}")]
    Away {
        /// Which.
        service: city_ids::ServiceName,
        /// What was being done.
        doing: &'static str,
    },
    /// The service answered what its contract does not allow.
    #[error("the service {service} broke its contract while {doing}")]
    Garbage {
        /// Which.
        service: city_ids::ServiceName,
        /// What was being done.
        doing: &'static str,
    },
}

impl CallError {
    /// What the caller can do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Refused(problem) => problem.kind,
            Self::Away { .. } => Kind::Unavailable,
            Self::Garbage { .. } => Kind::Internal,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(problem) => &problem.code,
            Self::Away { .. } => "UNAVAILABLE",
            Self::Garbage { .. } => "INTERNAL",
        }
    }

    /// Seconds after which the same call may succeed.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Refused(problem) => problem.retry_after_seconds,
            Self::Away { .. } => Some(RETRY_AFTER_SECONDS),
            Self::Garbage { .. } => None,
        }
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(document) => Self::forwarded(*document),
            CallError::Away { .. } => {
                Self::new(Kind::Unavailable, "UNAVAILABLE", error.to_string())
            }
            CallError::Garbage { .. } => {
                Self::new(Kind::Internal, "INTERNAL", "something went wrong on our side")
            }
        }
    }
}
