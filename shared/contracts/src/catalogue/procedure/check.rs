//! Whether a dossier is complete, and when it would be done.

use chrono::{DateTime, NaiveDate, Utc};
use city_calendar::Rule;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::FilingChannel;
use crate::common::Localised;

/// Asks whether these answers and papers would do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckFileRequest {
    /// The procedure.
    pub national_code: String,
    /// The answers.
    pub answers: Value,
    /// What is there.
    pub components: Vec<ComponentInput>,
    /// The ward, where the answers do not name it.
    #[serde(default)]
    pub ward_code: Option<String>,
}

/// A paper or file that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComponentInput {
    /// Which component.
    pub code: String,
    /// 0 original, 1 copy, 2 electronic.
    pub copy_type: u8,
    /// How many originals.
    #[serde(default)]
    pub originals: u16,
    /// How many copies.
    #[serde(default)]
    pub copies: u16,
    /// The file was looked at and refused.
    #[serde(default)]
    pub rejected: bool,
}

/// Whether a finding keeps the dossier from being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// It does.
    Blocking,
    /// It does not.
    Warning,
}

/// One thing that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckFinding {
    /// `/answers/…` or `/components/<code>`, a JSON Pointer; empty for the dossier as a whole.
    pub target: String,
    /// Stable code, such as `COMPONENT_MISSING`.
    pub code: String,
    /// Whether it keeps the dossier from being sent.
    pub severity: Severity,
    /// In both languages; never a value.
    pub message: Localised,
}

/// Everything that is missing or wrong, at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// Nothing keeps it from being sent.
    pub ok: bool,
    /// What was found.
    pub findings: Vec<CheckFinding>,
}

/// Asks when it would be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DueDatePreviewRequest {
    /// The procedure.
    pub national_code: String,
    /// How it is filed.
    pub channel: FilingChannel,
    /// When it is accepted; now when left out.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
}

/// When it would be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DuePreview {
    /// The last instant that is on time.
    pub due_at: DateTime<Utc>,
    /// A later calendar may still move it.
    pub provisional: bool,
    /// The rule it was counted by.
    pub rule: Rule,
    /// Day by day.
    pub days: Vec<DueDayView>,
}

/// What a day was for the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DueLabel {
    /// Day 0.
    Start,
    /// Day 0, too late for the same day.
    CutoffPassed,
    /// The week has it off.
    Weekend,
    /// A holiday.
    DayOff,
    /// The clock stood still.
    Stopped,
    /// It counted.
    Counted,
}

/// A day on the way to the due day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDayView {
    /// The civil day.
    pub date: NaiveDate,
    /// What it was.
    pub label: DueLabel,
    /// The holiday, or why the clock stood still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Localised>,
    /// As which day it counted, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<u32>,
}
