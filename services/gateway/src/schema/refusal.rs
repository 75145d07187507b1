//! What a resolver may say when it has no value: the only errors whose words reach a client.

use city_clients::CallError;
use city_contracts::common::Locale;
use city_contracts::problem::{Kind, ProblemDocument};

use super::user_error::UserError;

/// An error of our own. Anything else that goes wrong while a request runs is masked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    pub kind: Kind,
    /// The owning service's own code.
    pub reason: String,
    pub message: String,
    pub retry_after_seconds: Option<u64>,
}

impl Refusal {
    /// A service's refusal, in the caller's language where the words are ours.
    pub fn of(error: &CallError, locale: Locale) -> Self {
        let message = match error {
            CallError::Refused(problem)
                if !matches!(problem.kind, Kind::Unavailable | Kind::Internal) =>
            {
                problem.detail.clone()
            }
            CallError::Refused(_) | CallError::Away { .. } | CallError::Garbage { .. } => {
                match error.kind() {
                    Kind::Unavailable => unavailable(locale).to_owned(),
                    _ => internal(locale).to_owned(),
                }
            }
        };
        Self {
            kind: error.kind(),
            reason: error.code().to_owned(),
            message,
            retry_after_seconds: error.retry_after_seconds(),
        }
    }

    /// A service answered what its contract does not allow.
    pub fn broken_contract(locale: Locale) -> Self {
        let message = internal(locale).to_owned();
        Self {
            kind: Kind::Internal,
            reason: "INTERNAL".to_owned(),
            message,
            retry_after_seconds: None,
        }
    }
}

/// What an app shows while a service is away.
pub fn unavailable(locale: Locale) -> &'static str {
    match locale {
        Locale::Vi => "Dịch vụ tạm thời gián đoạn, vui lòng thử lại sau ít phút",
        Locale::En => "This service is away for a moment, please try again soon",
    }
}

/// What an app shows for a fault of ours.
pub fn internal(locale: Locale) -> &'static str {
    match locale {
        Locale::Vi => "Lỗi hệ thống",
        Locale::En => "Internal error",
    }
}

/// The code of a kind in `errors[].extensions.code`.
pub const fn code(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "INVALID",
        Kind::Unauthenticated => "UNAUTHENTICATED",
        Kind::Forbidden => "FORBIDDEN",
        Kind::NotFound => "NOT_FOUND",
        Kind::Conflict => "CONFLICT",
        Kind::TooMany => "TOO_MANY",
        Kind::Unavailable => "UNAVAILABLE",
        Kind::Internal => "INTERNAL",
    }
}

/// The value of a query's root field: what does not exist is null without an error.
///
/// # Errors
/// Any other refusal.
pub fn answered<T>(answer: Result<T, CallError>, locale: Locale) -> Result<Option<T>, Refusal> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(Refusal::of(&error, locale)),
    }
}

/// The outcome of a mutation: refusals that a person can act on belong into the payload.
///
/// # Errors
/// The other ones: who is asking, what they may do, faults.
pub fn expected<T>(
    answer: Result<T, CallError>,
    locale: Locale,
) -> Result<(Option<T>, Vec<UserError>), Refusal> {
    match answer {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(CallError::Refused(problem)) if is_expected(&problem) => {
            Ok((None, UserError::all_of(&problem)))
        }
        Err(error) => Err(Refusal::of(&error, locale)),
    }
}

fn is_expected(problem: &ProblemDocument) -> bool {
    match problem.kind {
        Kind::Invalid | Kind::NotFound | Kind::Conflict | Kind::TooMany => true,
        Kind::Unauthenticated | Kind::Forbidden | Kind::Unavailable | Kind::Internal => false,
    }
}
