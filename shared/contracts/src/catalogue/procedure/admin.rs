//! What editors send and get.

use chrono::{DateTime, NaiveDate, Utc};
use city_ids::{AccountId, FormVersionId, ProcedureEditionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{English, LegalRef, Level, OnlineLevel, PrefillRule, ProcedureBody};
use crate::catalogue::edition::EditionState;
use crate::common::Localised;
use crate::problem::Finding;

/// What an editor writes into the draft; also, with a code in front, a line of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProcedureDraft {
    /// The entry residents find it by.
    #[serde(default)]
    pub service: Option<String>,
    /// Whose editors keep it.
    pub owner_agency: String,
    /// Who handles it.
    pub levels: Vec<Level>,
    /// The field of government.
    pub field: String,
    /// Whether any one-stop desk takes it.
    pub non_territorial: bool,
    /// How much of it is online.
    pub online_level: OnlineLevel,
    /// What it says.
    pub body: ProcedureBody,
    /// The texts it rests on.
    #[serde(default)]
    pub legal_basis: Vec<LegalRef>,
    /// The decision that announced it.
    #[serde(default)]
    pub decision_no: Option<String>,
    /// When that was.
    #[serde(default)]
    pub decision_date: Option<NaiveDate>,
    /// First day in force.
    #[serde(default)]
    pub in_force_from: Option<NaiveDate>,
    /// Last day in force.
    #[serde(default)]
    pub in_force_to: Option<NaiveDate>,
    /// How much of it is in English.
    pub english: English,
    /// The number of the form version residents fill in.
    #[serde(default)]
    pub form_no: Option<i32>,
    /// When drafts on the form before are no longer taken; never when left out.
    #[serde(default)]
    pub old_form_closes_at: Option<DateTime<Utc>>,
    /// What changed, from the second edition on.
    #[serde(default)]
    pub change_note: Option<String>,
    /// When it goes live; at approval when left out.
    #[serde(default)]
    pub effective_from: Option<DateTime<Utc>>,
    /// By when it is to be checked again.
    #[serde(default)]
    pub review_by: Option<NaiveDate>,
}

/// Writes the draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WriteProcedureDraft {
    /// The version of the procedure that was looked at; none for a new procedure.
    #[serde(default)]
    pub version: Option<i32>,
    /// What it is to say.
    pub draft: ProcedureDraft,
}

/// Moves the open edition on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MoveEdition {
    /// The version of the procedure that was looked at.
    pub version: i32,
    /// Why, where the move needs it.
    #[serde(default)]
    pub note: Option<String>,
}

/// Takes a procedure away from residents.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithdrawProcedure {
    /// The version of the procedure that was looked at.
    pub version: i32,
    /// What residents find instead: `WITHDRAWN` the note, `REDIRECT` the replacement, `GONE` nothing.
    #[serde(rename = "as")]
    pub withdrawn_as: WithdrawnAs,
    /// Why.
    pub note: Localised,
    /// The procedure that takes its place.
    #[serde(default)]
    pub replacement: Option<String>,
}

/// What residents find instead of what was withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WithdrawnAs {
    /// The note.
    Withdrawn,
    /// The replacement.
    Redirect,
    /// Nothing.
    Gone,
}

impl WithdrawnAs {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawn => "WITHDRAWN",
            Self::Redirect => "REDIRECT",
            Self::Gone => "GONE",
        }
    }
}

/// Makes a new draft with the wording of an edition that was live once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevertEdition {
    /// The version of the procedure that was looked at.
    pub version: i32,
    /// The edition.
    pub no: i32,
    /// Why.
    pub note: String,
}

/// An edition as editors see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditionRecord {
    /// Its id.
    pub id: ProcedureEditionId,
    /// The procedure.
    pub national_code: String,
    /// Which edition, from 1.
    pub no: i32,
    /// Where it stands.
    pub state: EditionState,
    /// What it says.
    pub draft: ProcedureDraft,
    /// What the publisher said.
    pub review_note: Option<String>,
    /// Who wrote it last.
    pub edited_by: AccountId,
    /// Who approved it.
    pub approved_by: Option<AccountId>,
    /// Since when it is live.
    pub live_at: Option<DateTime<Utc>>,
    /// Since when it no longer is.
    pub superseded_at: Option<DateTime<Utc>>,
    /// When somebody last checked that it is still right.
    pub assured_at: Option<DateTime<Utc>>,
    /// Where the facts are from: `{status, ids}`.
    pub source: Value,
    /// Published for demonstration, not checked by a person.
    pub demo: bool,
}

/// The editions of a procedure, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EditionList {
    /// The version of the procedure: what a move is made against.
    pub version: i32,
    /// The editions.
    pub editions: Vec<EditionRecord>,
}

/// What differs between two editions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EditionDiff {
    /// The older one; none when there is no older one.
    pub from: Option<i32>,
    /// The newer one.
    pub to: i32,
    /// Each place that differs, in the order of the newer one.
    pub changes: Vec<EditionChange>,
}

/// One place that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EditionChange {
    /// JSON Pointer into the draft.
    pub path: String,
    /// What stood there; none when nothing did.
    pub old: Option<Value>,
    /// What stands there; none when nothing does.
    pub new: Option<Value>,
}

/// A new form version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewFormVersion {
    /// JSON Schema 2020-12.
    pub schema: Value,
    /// Order and hints for showing it.
    #[serde(default)]
    pub ui: Value,
    /// What may be filled in from the account.
    #[serde(default)]
    pub prefill: Vec<PrefillRule>,
}

/// A form version that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormVersionDone {
    /// Its id.
    pub id: FormVersionId,
    /// Which version, from 1.
    pub no: i32,
    /// The share of required fields that ask for what the platform holds.
    pub repeat_ask: f32,
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportProgress {
    /// The import.
    pub id: String,
    /// Nothing is written but this report.
    pub dry_run: bool,
    /// Lines in the file.
    pub lines: i32,
    /// Everything up to here is done.
    pub committed_line: i32,
    /// Procedures that were not there.
    pub created: i32,
    /// Procedures with a new draft.
    pub changed: i32,
    /// Lines that change nothing.
    pub unchanged: i32,
    /// Lines that were refused.
    pub rejected: i32,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; none while it runs.
    pub finished_at: Option<DateTime<Utc>>,
    /// The first refused lines, at most 1,000.
    pub rejections: Vec<ImportRejection>,
}

/// A line that was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportRejection {
    /// The line, from 1.
    pub line: i32,
    /// The procedure it names, where that could be read.
    pub national_code: Option<String>,
    /// Why.
    pub findings: Vec<Finding>,
}
