//! A row of the work list.

use chrono::{DateTime, Utc};
use city_contracts::common::Localised;
use city_ids::{AccountId, ReportId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::view::clock;
use crate::domain::title;
use crate::reference::Reference;
use crate::store::row::Stored;

/// A text in both languages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportLabel {
    /// Vietnamese.
    pub vi: String,
    /// English, where there is one.
    pub en: Option<String>,
}

impl From<&Localised> for ReportLabel {
    fn from(text: &Localised) -> Self {
        Self { vi: text.vi.clone(), en: text.en.clone() }
    }
}

/// A row of the work list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkItem {
    /// The report.
    #[schema(value_type = String, example = "rpt_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d")]
    pub id: ReportId,
    /// What people quote.
    pub code: String,
    /// To be sent with an action.
    pub version: i32,
    /// The first 80 characters.
    pub title: String,
    /// Where it is on its way.
    pub state: String,
    /// The category's code.
    pub category: String,
    /// The category's name.
    pub category_label: Option<ReportLabel>,
    /// The ward's code.
    pub ward: String,
    /// The ward's name.
    pub ward_name: Option<ReportLabel>,
    /// Who has it, or had it when it ended.
    pub agency: Option<String>,
    /// Whom routing proposes, while nobody has it.
    pub proposed_agency: Option<String>,
    /// The officer in charge.
    #[schema(value_type = Option<String>)]
    pub assignee: Option<AccountId>,
    /// `NORMAL` or `URGENT`.
    pub priority: String,
    /// How it came in.
    pub channel: String,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// By when the agency answers; none while the clock stands.
    pub due_at: Option<DateTime<Utc>>,
    /// By when triage or a coordinator decides.
    pub step_due_at: Option<DateTime<Utc>>,
    /// `RUNNING`, `STOPPED` or `ENDED`.
    pub clock: String,
    /// Whether the agency answered in time, once it has.
    pub on_time: Option<bool>,
    /// 0 to 4.
    pub escalation_level: i16,
    /// How often an agency handed it back.
    pub bounce_count: i32,
    /// How many follow it.
    pub follower_count: i32,
    /// How many photos it has.
    pub photo_count: i32,
    /// Whether everybody may see it.
    pub listed: bool,
}

impl WorkItem {
    pub fn of(stored: &Stored, reference: &Reference) -> Self {
        let (report, facts, columns) =
            (&stored.report, stored.report.facts(), stored.report.columns());
        Self {
            id: facts.id,
            code: facts.code.to_string(),
            version: facts.version,
            title: title(stored.public_text.as_ref().unwrap_or(&stored.description)),
            state: columns.state.as_str().to_uppercase(),
            category: facts.category.to_string(),
            category_label: reference
                .categories
                .get(&facts.category)
                .map(|category| (&category.label).into()),
            ward: facts.ward.to_string(),
            ward_name: reference.ward(&facts.ward).map(|ward| (&ward.name).into()),
            agency: columns.agency.map(|agency| agency.to_string()),
            proposed_agency: columns.proposed_agency.map(|agency| agency.to_string()),
            assignee: columns.assignee,
            priority: stored.priority.clone(),
            channel: stored.channel.as_str().to_owned(),
            filed_at: facts.filed_at,
            updated_at: facts.updated_at,
            due_at: facts.due_at,
            step_due_at: facts.step_due_at,
            clock: word(&clock(report)),
            on_time: facts.on_time,
            escalation_level: facts.escalation_level,
            bounce_count: facts.bounce_count,
            follower_count: facts.follower_count,
            photo_count: stored.photo_count,
            listed: report.is_listed(),
        }
    }
}

/// The wire's word of an enum.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
