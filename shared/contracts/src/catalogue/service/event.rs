//! What the catalogue tells the world about services.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ServiceState;

/// The body of `ServicePublished` and `ServiceWithdrawn`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceChanged {
    /// The service.
    pub code: String,
    /// Who is responsible.
    pub owner_code: String,
    /// The edition that is live now, or was when it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition_no: Option<i32>,
    /// `WITHDRAWN`, `REDIRECT` or `GONE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_as: Option<String>,
    /// What takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
}

/// The body of `ServiceStatusChanged`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceStatusChanged {
    /// The service.
    pub code: String,
    /// How it works, or will.
    pub state: ServiceState,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
}
