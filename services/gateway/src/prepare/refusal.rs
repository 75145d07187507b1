//! What a request is told when nothing of it ran: the answer without the key `data`.

use std::fmt;

use serde_json::{Map, Value, json};

/// The stable codes of `errors[].extensions.code` for requests that did not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    BadRequest,
    GraphqlParseFailed,
    GraphqlValidationFailed,
    GuardLimit,
    OperationResolutionFailure,
    AloneRequired,
    IntrospectionForbidden,
    BadUserInput,
    CostLimit,
    DocumentNotFound,
    DocumentNotTrusted,
    PersistedQueryNotFound,
    MethodNotAllowed,
    NotAcceptable,
    UnsupportedMediaType,
    RateLimited,
    Unauthenticated,
    Unavailable,
}

impl Code {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::GuardLimit => "GUARD_LIMIT",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::AloneRequired => "ALONE_REQUIRED",
            Self::IntrospectionForbidden => "INTROSPECTION_FORBIDDEN",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::CostLimit => "COST_LIMIT",
            Self::DocumentNotFound => "DOCUMENT_NOT_FOUND",
            Self::DocumentNotTrusted => "DOCUMENT_NOT_TRUSTED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::RateLimited => "RATE_LIMITED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Unavailable => "UNAVAILABLE",
        }
    }
}

/// How a request ended, as far as a status can tell; `http::negotiation::status` makes it one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// JSON that does not parse, wrong parameters.
    Parameters,
    /// Syntax, validation, unknown operation, variables, persisted id not found.
    Document,
    /// Pre-guard, cost, trust, introspection, `alone`.
    Refused,
    Unauthenticated,
    MethodNotAllowed,
    NotAcceptable,
    BodyTooLarge,
    UriTooLong,
    UnsupportedMediaType,
    TooMany,
    Unavailable,
    Executed,
}

/// One entry of `errors`. Never holds a value of a variable or a part of the document but names.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub message: String,
    /// Line and column, both from 1.
    pub place: Option<(usize, usize)>,
    /// Beside the code: the name of a limit, the path into a variable.
    pub extensions: Map<String, Value>,
}

impl Fault {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, extensions: Map::new() }
    }

    #[must_use]
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.place = Some((line, column));
        self
    }

    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(key.to_owned(), value.into());
        self
    }
}

/// A refusal of the whole request, before anything ran.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestError {
    pub code: Code,
    pub outcome: Outcome,
    /// At least one.
    pub faults: Vec<Fault>,
}

impl RequestError {
    pub fn new(code: Code, outcome: Outcome, message: impl Into<String>) -> Self {
        Self::of(code, outcome, Fault::new(message))
    }

    pub fn of(code: Code, outcome: Outcome, fault: Fault) -> Self {
        Self { code, outcome, faults: vec![fault] }
    }

    /// Wrong parameters of the request itself.
    pub fn parameters(message: impl Into<String>) -> Self {
        Self::new(Code::BadRequest, Outcome::Parameters, message)
    }

    /// A document that does not fit the schema or our rules.
    pub fn validation(faults: Vec<Fault>) -> Self {
        Self { code: Code::GraphqlValidationFailed, outcome: Outcome::Document, faults }
    }

    /// The body of the answer: `errors` and no `data`.
    pub fn envelope(&self, request_id: &str) -> Value {
        let entry = |fault: &Fault| {
            let mut extensions = fault.extensions.clone();
            extensions.insert("code".to_owned(), self.code.as_str().into());
            extensions.insert("requestId".to_owned(), request_id.into());
            let mut entry = json!({ "message": fault.message, "extensions": extensions });
            if let (Some((line, column)), Some(entry)) = (fault.place, entry.as_object_mut()) {
                entry.insert("locations".to_owned(), json!([{ "line": line, "column": column }]));
            }
            entry
        };
        json!({ "errors": self.faults.iter().map(entry).collect::<Vec<_>>() })
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "request refused with {}", self.code.as_str())
    }
}

impl std::error::Error for RequestError {}

impl From<crate::guard::Refusal> for RequestError {
    fn from(refusal: crate::guard::Refusal) -> Self {
        match refusal {
            crate::guard::Refusal::Limit(limit) => {
                let fault = Fault::new(format!("The document exceeds the limit {}", limit.name()));
                Self::of(Code::GuardLimit, Outcome::Refused, fault.with("limit", limit.name()))
            }
            crate::guard::Refusal::Syntax { line, column } => {
                let fault = Fault::new("The document is not valid GraphQL").at(line, column);
                Self::of(Code::GraphqlParseFailed, Outcome::Document, fault)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::{Limit, Refusal};

    #[test]
    fn an_answer_has_errors_with_code_and_no_data() {
        let refused = RequestError::from(Refusal::Limit(Limit::Aliases));

        let body = refused.envelope("req_1");

        let extensions = json!({ "code": "GUARD_LIMIT", "limit": "aliases", "requestId": "req_1" });
        let message = "The document exceeds the limit aliases";
        assert_eq!(body, json!({ "errors": [{ "message": message, "extensions": extensions }] }));
    }

    #[test]
    fn a_syntax_error_shows_its_place_and_no_text() {
        let refused = RequestError::from(Refusal::Syntax { line: 2, column: 3 });

        let body = refused.envelope("req_1");

        assert_eq!(refused.outcome, Outcome::Document);
        assert_eq!(body.pointer("/errors/0/locations/0"), Some(&json!({ "line": 2, "column": 3 })));
    }
}
