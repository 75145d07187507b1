//! What an action answers.

use chrono::{DateTime, Utc};
use city_ids::ReportId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Report;

/// The report after an action.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionDone {
    /// The report.
    #[schema(value_type = String, example = "rpt_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d")]
    pub id: ReportId,
    /// What people quote.
    pub code: String,
    /// To be sent with the next action.
    pub version: i32,
    /// Where it is now.
    pub state: String,
    /// Who has it.
    pub agency: Option<String>,
    /// By when the agency answers; none while the clock stands.
    pub due_at: Option<DateTime<Utc>>,
    /// By when triage or a coordinator decides.
    pub step_due_at: Option<DateTime<Utc>>,
}

impl ActionDone {
    pub fn of(report: &Report) -> Self {
        let (facts, columns) = (report.facts(), report.columns());
        Self {
            id: facts.id,
            code: facts.code.to_string(),
            version: facts.version,
            state: columns.state.as_str().to_uppercase(),
            agency: columns.agency.map(|agency| agency.to_string()),
            due_at: facts.due_at,
            step_due_at: facts.step_due_at,
        }
    }
}
