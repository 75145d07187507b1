//! From an outcome of a use case to a refusal on the wire. The only place that knows which status a kind becomes.

use std::error::Error as StdError;
use std::fmt::Write as _;

use axum::response::{IntoResponse, Response};
use city_contracts::problem::{Finding, Kind, ProblemDocument};
use http::{HeaderValue, StatusCode, header};

/// An error enum whose variants a caller can act on.
pub trait Outcome: StdError {
    /// What the caller can do about it.
    fn kind(&self) -> Kind;
    /// The stable code, listed in `docs/ERRORS.md`.
    fn code(&self) -> &'static str;
    /// What is wrong with the input, field by field.
    fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }
    /// Seconds after which the same request may succeed.
    fn retry_after_seconds(&self) -> Option<u64> {
        None
    }
    /// Tries left before a lock.
    fn tries_left(&self) -> Option<u32> {
        None
    }
    /// What the owning spec names beside the message.
    fn details(&self) -> Option<serde_json::Value> {
        None
    }
}

/// A refusal, ready to be sent.
#[derive(Debug)]
pub struct Problem {
    document: Box<ProblemDocument>,
    /// Kept for the log, never sent.
    chain: Option<String>,
}

/// What the canonical log line needs to know of a refusal; travels in the response's extensions.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The stable code.
    pub code: String,
    /// The error with all its causes, for our own faults only.
    pub chain: Option<String>,
}

/// The status of a kind.
pub const fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Seconds that a client is asked to wait when a dependency is away and nobody knows better.
pub const RETRY_AFTER_SECONDS: u64 = 2;

impl Problem {
    /// A refusal that is not an outcome of a use case: a missing token, a body that does not parse.
    pub fn new(kind: Kind, code: &str, detail: impl Into<String>) -> Self {
        Self::at(status(kind), kind, code, detail)
    }

    /// The same, for protocol errors with a status of their own (405, 413, 415).
    pub fn at(status: StatusCode, kind: Kind, code: &str, detail: impl Into<String>) -> Self {
        let retry_after_seconds = (kind == Kind::Unavailable).then_some(RETRY_AFTER_SECONDS);
        let document = ProblemDocument {
            kind_uri: format!("/errors/{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            kind,
            code: code.to_owned(),
            errors: Vec::new(),
            retry_after_seconds,
            tries_left: None,
            details: None,
        };
        Self { document: Box::new(document), chain: None }
    }

    /// The same refusal with what was found wrong, field by field.
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<Finding>) -> Self {
        self.document.errors = findings;
        self
    }

    /// A refusal another service answered, passed on as it is.
    pub fn forwarded(document: ProblemDocument) -> Self {
        Self { document: Box::new(document), chain: None }
    }

    /// The body.
    pub fn document(&self) -> &ProblemDocument {
        &self.document
    }
}

impl<E: Outcome> From<E> for Problem {
    fn from(error: E) -> Self {
        let kind = error.kind();
        // The text of our own faults stays inside; what the caller needs is the code.
        let detail = match kind {
            Kind::Internal => "something went wrong on our side".to_owned(),
            _ => error.to_string(),
        };
        let mut problem = Self::new(kind, error.code(), detail);
        problem.document.errors = error.findings();
        problem.document.retry_after_seconds =
            error.retry_after_seconds().or(problem.document.retry_after_seconds);
        problem.document.tries_left = error.tries_left();
        problem.document.details = error.details();
        problem.chain = matches!(kind, Kind::Internal | Kind::Unavailable).then(|| chain(&error));
        problem
    }
}

/// An error and its causes in one line, for the log.
pub fn chain(error: &dyn StdError) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        write!(line, ": {inner}").expect("writing to a string cannot fail");
        cause = inner.source();
    }
    line
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.document.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body =
            serde_json::to_vec(&*self.document).expect("a problem document has only string keys");
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.document.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Refusal { code: self.document.code, chain: self.chain });
        response
    }
}
