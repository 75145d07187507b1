//! What it will cost.

use chrono::{DateTime, Utc};
use city_ids::ProcedureEditionId;
use city_money::Vnd;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::LegalRef;
use crate::common::Localised;

/// Asks what it costs for these answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FeeQuoteRequest {
    /// The procedure.
    pub national_code: String,
    /// The answers so far.
    pub answers: Value,
}

/// Whether a line or an exemption applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Certainty {
    /// The answers say so.
    Applies,
    /// The answers do not say.
    Possible,
}

/// What it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeeQuote {
    /// The edition it was worked out from.
    pub edition_id: ProcedureEditionId,
    /// All lines that apply; null while the amount of one is not known here.
    pub total: Option<Vnd>,
    /// The lines, those that are only possible too.
    pub lines: Vec<FeeLine>,
    /// Exemptions the answers establish.
    pub applied: Vec<ExemptionLine>,
    /// Exemptions one might have.
    pub possible: Vec<ExemptionLine>,
    /// Until when it stands.
    pub valid_until: DateTime<Utc>,
}

/// A line of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeeLine {
    /// The fee.
    pub code: String,
    /// What it is for.
    pub name: Localised,
    /// 1 ordinary, 2 appraisal, 3 extension.
    #[serde(rename = "type")]
    pub kind: u8,
    /// 1 at intake, 2 at supplement, 4 at result.
    pub collect: u8,
    /// Whether it applies.
    pub certainty: Certainty,
    /// Before exemptions; null while not known.
    pub amount: Option<Vnd>,
    /// To be paid; null while not known.
    pub due: Option<Vnd>,
    /// The exemption that applies: the largest on this line.
    pub exemption: Option<String>,
    /// The text that sets it.
    pub basis: Option<LegalRef>,
}

/// An exemption of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExemptionLine {
    /// The exemption.
    pub code: String,
    /// Who.
    pub name: Localised,
    /// On which lines.
    pub fees: Vec<String>,
    /// By how much, 1 to 100.
    pub percent: u8,
    /// What proves it.
    pub evidence: Option<Localised>,
    /// The text that says so.
    pub basis: Option<LegalRef>,
}
