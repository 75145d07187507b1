//! The refusal on the wire: RFC 9457 `application/problem+json` with the city's extension members.

use serde::{Deserialize, Serialize};

/// What a caller can do about a refusal. One table in `city-http` maps it to a status, one in the gateway to a GraphQL code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// The input breaks a rule: change it.
    Invalid,
    /// Nobody proved who is asking: sign in again.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// The thing is in another state than the request needs.
    Conflict,
    /// Too often: wait.
    TooMany,
    /// A dependency is away: send the same request again.
    Unavailable,
    /// Our fault.
    Internal,
}

/// One thing wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// JSON Pointer (RFC 6901) into the input, such as `/description`; empty for the input as a whole.
    pub field: String,
    /// Stable code, such as `TOO_SHORT`.
    pub code: String,
    /// What is wrong and what would be right, for people; never the value itself.
    pub message: String,
}

impl Finding {
    /// A finding about one field.
    pub fn new(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.to_owned(), message: message.into() }
    }
}

/// The body of every refusal between services and to staff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProblemDocument {
    /// A URI reference that names the code, such as `/errors/STATE`.
    #[serde(rename = "type")]
    pub kind_uri: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, for people.
    pub detail: String,
    /// What the caller can do about it.
    pub kind: Kind,
    /// Stable code, listed in `docs/ERRORS.md`.
    pub code: String,
    /// Everything found wrong with the input, all at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Finding>,
    /// Seconds after which the same request may succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
    /// Tries left before a lock, where tries are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
    /// What the owning spec names, such as the nearest ward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
}
