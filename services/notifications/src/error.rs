//! What notifications answers besides success.

use city_contracts::problem::{Finding, Kind};
use city_events::idempotency::ClaimError;
use city_http::Outcome;

use crate::domain::TemplateVars;

/// What a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Members of the input break rules.
    #[error("the input breaks {} rule(s)", .0.len())]
    Input(Vec<Finding>),
    /// The key was used with another request.
    #[error("this key was used with another request")]
    KeyReused,
    /// A stored message lacks what its template names: our fault, refused by the lint before it can happen.
    #[error(transparent)]
    TemplateVars(#[from] TemplateVars),
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
            Self::Unavailable { .. } => Kind::Unavailable,
            Self::TemplateVars(_) | Self::Internal { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Input(_) => "INPUT",
            Self::KeyReused => "KEY_REUSED",
            Self::TemplateVars(_) => "TEMPLATE_VARS",
            Self::Unavailable { .. } => "UNAVAILABLE",
            Self::Internal { .. } => "INTERNAL",
        }
    }

    fn findings(&self) -> Vec<Finding> {
        match self {
            Self::Input(findings) => findings.clone(),
            _ => Vec::new(),
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

/// A stored row that breaks a rule.
pub fn broken(
    doing: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::Internal { doing, source: source.into() }
}
