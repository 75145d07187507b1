//! Two ways in which the store does not do what it is asked.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId as _;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// It does not answer, is too slow or says that it cannot now: the same call may succeed later.
    #[error("the object store is away while {doing}")]
    Away {
        /// What was being done.
        doing: &'static str,
        /// What happened.
        source: Cause,
    },
    /// It answers no, and would answer no again: wrong keys, no such bucket, a file larger than the bound.
    #[error("the object store refused {doing}")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        source: Cause,
    },
}

impl BlobError {
    /// Whether the same call may succeed later.
    pub const fn is_away(&self) -> bool {
        matches!(self, Self::Away { .. })
    }

    pub(crate) fn away(doing: &'static str, source: impl Into<Cause>) -> Self {
        Self::Away { doing, source: source.into() }
    }

    pub(crate) fn refused(doing: &'static str, source: impl Into<Cause>) -> Self {
        Self::Refused { doing, source: source.into() }
    }
}

/// What the store answered, without the request: a request carries signatures.
#[derive(Debug, thiserror::Error)]
#[error("status {status}, code {code}, request {request}")]
struct Answered {
    status: u16,
    code: String,
    request: String,
}

/// `None` when the store says that there is no such object.
pub(crate) fn unless_absent<E>(error: SdkError<E>, doing: &'static str) -> Option<BlobError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let Some(response) = error.raw_response() else {
        return Some(match error {
            SdkError::ConstructionFailure(_) => BlobError::refused(doing, error),
            _ => BlobError::away(doing, error),
        });
    };
    let status = response.status().as_u16();
    let code = error.code().unwrap_or("none").to_owned();
    // A HEAD has no body to carry a code; a missing bucket has one of its own.
    if status == 404 && code != "NoSuchBucket" {
        return None;
    }
    // Two writers at once: the other one may yet fail.
    let raced = code == "ConditionalRequestConflict";
    let request = error.request_id().unwrap_or("none").to_owned();
    let answered = Answered { status, code, request };
    // An answer cut off in the middle has a good status: nothing was refused.
    if !(400..500).contains(&status) || matches!(status, 408 | 429) || raced {
        Some(BlobError::away(doing, answered))
    } else {
        Some(BlobError::refused(doing, answered))
    }
}

/// Whether the store did not write because there is an object.
pub(crate) fn stands_already<E>(error: &SdkError<E>) -> bool {
    error.raw_response().is_some_and(|response| response.status().as_u16() == 412)
}

/// For calls to which "no such object" is a refusal like any other.
pub(crate) fn fault<E>(doing: &'static str) -> impl FnOnce(SdkError<E>) -> BlobError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    move |error| {
        unless_absent(error, doing)
            .unwrap_or_else(|| BlobError::refused(doing, "there is no such object"))
    }
}
