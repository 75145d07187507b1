//! What happened to a report, row by row.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::store::timeline::TimelineRow;

/// A row of the timeline for staff.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffTimelineEntry {
    /// Counts up from 1.
    pub seq: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: String,
    /// In which capacity somebody acted.
    pub role: String,
    /// Of which agency.
    pub agency: Option<String>,
    /// The state before.
    pub from: Option<String>,
    /// The state after.
    pub to: Option<String>,
    /// `PUBLIC`, `REPORTER` or `STAFF`.
    pub visibility: String,
    /// Codes, dates and numbers that belong to it.
    #[schema(value_type = Object)]
    pub data: Value,
    /// What was written to it.
    pub text: Option<String>,
}

impl From<TimelineRow> for StaffTimelineEntry {
    fn from(row: TimelineRow) -> Self {
        let text = |member: &str| row.meta[member].as_str().map(str::to_owned);
        Self {
            seq: row.seq,
            at: row.at,
            kind: text("kind").unwrap_or_default(),
            role: row.actor_kind.clone(),
            agency: text("agency"),
            from: text("from").map(|state| state.to_uppercase()),
            to: text("to").map(|state| state.to_uppercase()),
            visibility: row.visibility.clone(),
            data: row.meta["data"].clone(),
            text: row.text,
        }
    }
}
