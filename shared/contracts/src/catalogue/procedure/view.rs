//! What residents read.

use chrono::{DateTime, NaiveDate, Utc};
use city_ids::{FormVersionId, ProcedureEditionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{LegalRef, Level, OnlineLevel, ProcedureBody};
use crate::catalogue::edition::EditionInfo;
use crate::common::Localised;

/// Asks for one procedure.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProcedureRequest {
    /// Its national code.
    pub national_code: String,
}

/// How much of a procedure is in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum English {
    /// All of it.
    Full,
    /// A summary.
    Summary,
}

impl English {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Summary => "SUMMARY",
        }
    }
}

/// A procedure as it is live.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcedureView {
    /// Its national code.
    pub national_code: String,
    /// The entry residents find it by.
    pub service: Option<String>,
    /// Who handles it.
    pub levels: Vec<Level>,
    /// The field of government.
    pub field: String,
    /// Whether any one-stop desk takes it.
    pub non_territorial: bool,
    /// How much of it is online.
    pub online_level: OnlineLevel,
    /// What it says.
    #[serde(flatten)]
    pub body: ProcedureBody,
    /// The texts it rests on.
    pub legal_basis: Vec<LegalRef>,
    /// The decision that announced it.
    pub decision_no: Option<String>,
    /// When that was.
    pub decision_date: Option<NaiveDate>,
    /// First day in force.
    pub in_force_from: Option<NaiveDate>,
    /// Last day in force.
    pub in_force_to: Option<NaiveDate>,
    /// How much of it is in English.
    pub english: English,
    /// The form, where it is filed here.
    pub form: Option<FormVersionView>,
    /// The live edition.
    pub edition_id: ProcedureEditionId,
    /// Which it is and who vouched for it.
    pub edition: EditionInfo,
    /// Why it is no longer offered.
    pub withdrawn_note: Option<Localised>,
    /// The code that was asked for, when another procedure took its place.
    pub redirected_from: Option<String>,
}

/// A form as residents fill it in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormVersionView {
    /// Its id.
    pub id: FormVersionId,
    /// Which version, from 1.
    pub no: i32,
    /// JSON Schema 2020-12.
    pub schema: Value,
    /// Order and hints for showing it.
    pub ui: Value,
    /// Until when drafts on it are taken.
    pub closes_at: Option<DateTime<Utc>>,
    /// The share of required fields that ask for what the platform holds.
    pub repeat_ask: f32,
    /// What may be filled in from the account.
    pub prefill: Vec<PrefillRule>,
}

/// Where a field may be filled from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrefillRule {
    /// JSON Pointer of the field.
    pub to: String,
    /// What it takes: `account.fullName`, `account.phone` or `account.home.wardCode`.
    pub from: String,
    /// When: a condition over the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Value>,
}
