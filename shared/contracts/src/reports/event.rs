//! What the service tells the world.

use chrono::{DateTime, Utc};
use city_ids::{AccountId, ReportId};
use serde::{Deserialize, Serialize};

use super::ReportState;

/// Body of every public event of a report: ids, codes, numbers and dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportEvent {
    /// The report.
    pub report: ReportId,
    /// What people quote.
    pub code: String,
    /// The report's version after the event.
    pub version: i32,
    /// Its state after the event.
    pub state: ReportState,
    /// Counts up with each reopening.
    pub round: i32,
    /// The category.
    pub category: String,
    /// The ward.
    pub ward: Option<String>,
    /// The agency in charge.
    pub agency: Option<String>,
    /// The officer in charge.
    pub assignee: Option<AccountId>,
    /// Who filed it, for notifications and live updates; never shown.
    pub reporter: Option<AccountId>,
    /// Whether everybody may see it.
    pub listed: bool,
    /// The deadline.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether it was answered in time.
    pub on_time: Option<bool>,
    /// The score of a rating.
    pub score: Option<i32>,
    /// Escalation level.
    pub level: Option<i32>,
}
