//! What an edition of a procedure says: the shape editors send, imports carry and the database keeps.

use std::collections::BTreeMap;

use city_calendar::Rule;
use city_money::Vnd;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::common::Localised;

/// Who handles a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    /// The city.
    City,
    /// A ward or commune.
    Commune,
    /// The state.
    Central,
}

impl Level {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "CITY",
            Self::Commune => "COMMUNE",
            Self::Central => "CENTRAL",
        }
    }
}

/// How much of a procedure can be done online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OnlineLevel {
    /// All of it.
    Full,
    /// Some of it.
    Partial,
    /// One can read about it.
    Info,
}

impl OnlineLevel {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Partial => "PARTIAL",
            Self::Info => "INFO",
        }
    }
}

/// How a dossier reaches the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FilingChannel {
    /// At the counter.
    InPerson,
    /// In the app or on the portal.
    Online,
    /// By public post.
    Post,
}

impl FilingChannel {
    /// The number of the national code list.
    pub const fn code(self) -> i16 {
        match self {
            Self::InPerson => 1,
            Self::Online => 2,
            Self::Post => 3,
        }
    }

    /// The channel of a number of the national code list.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            1 => Some(Self::InPerson),
            2 => Some(Self::Online),
            3 => Some(Self::Post),
            _ => None,
        }
    }
}

/// How long the city may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sla {
    /// The rule for every channel without one of its own.
    pub rule: Rule,
    /// Other rules by channel.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<FilingChannel, Rule>,
}

/// A text that says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalRef {
    /// Its title.
    pub title: Localised,
    /// Its number, such as `123/2015/NĐ-CP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// One step of the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What happens.
    pub name: Localised,
    /// In more words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Localised>,
    /// Who does it: an agency code or `COMMUNE_OF_WARD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
}

/// What kind of thing a resident brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ComponentKind {
    /// The form filled in here; the answers are it.
    EForm,
    /// A paper or file.
    File,
}

/// What a dossier consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Component {
    /// Unique within the procedure.
    pub code: String,
    /// What it is.
    pub name: Localised,
    /// A form or a paper.
    pub kind: ComponentKind,
    /// How many originals.
    pub originals: u16,
    /// How many copies.
    pub copies: u16,
    /// Whether the dossier is incomplete without it, where its condition holds.
    pub required: bool,
    /// Codes of components of which one is as good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<String>,
    /// When it is asked for at all: a condition over the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
}

/// A fee line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fee {
    /// Unique within the procedure.
    pub code: String,
    /// What it is for.
    pub name: Localised,
    /// 1 ordinary, 2 appraisal, 3 extension.
    #[serde(rename = "type")]
    pub kind: u8,
    /// When it is asked for: 1 at intake, 2 at supplement, 4 at result.
    pub collect: u8,
    /// The amount; null while the resolution that sets it is not known here.
    #[serde(default)]
    pub amount_vnd: Option<Vnd>,
    /// The amount of one unit, instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_unit: Option<Vnd>,
    /// Where the answers say how many units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units_pointer: Option<String>,
    /// The text that sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<LegalRef>,
    /// When it is due at all: a condition over the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
}

/// Who pays less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exemption {
    /// Unique within the procedure.
    pub code: String,
    /// Who.
    pub name: Localised,
    /// On which lines.
    pub fees: Vec<String>,
    /// By how much, 1 to 100.
    pub percent: u8,
    /// When: a condition over the answers.
    pub condition: Value,
    /// What proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Localised>,
    /// The text that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<LegalRef>,
}

/// What an agency does in a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Decides.
    Decides,
    /// Does the work: the competent agency.
    Executes,
    /// Is asked.
    Coordinates,
}

/// An agency and what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgencyRole {
    /// What it does.
    pub role: Role,
    /// An agency code or `COMMUNE_OF_WARD`.
    pub agency: String,
}

/// The agency of a role that depends on the ward in the answers.
pub const COMMUNE_OF_WARD: &str = "COMMUNE_OF_WARD";

/// What an edition of a procedure says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProcedureBody {
    /// Its name.
    pub name: Localised,
    /// In up to 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Localised>,
    /// How long the city may take.
    pub sla: Sla,
    /// The way, step by step.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// What to bring.
    #[serde(default)]
    pub components: Vec<Component>,
    /// What it costs.
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// Who pays less.
    #[serde(default)]
    pub exemptions: Vec<Exemption>,
    /// Who may ask for it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Localised>,
    /// What one gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Localised>,
    /// Who does what.
    pub agency_roles: Vec<AgencyRole>,
    /// How it may be filed; empty: every way.
    #[serde(default)]
    pub channels: Vec<FilingChannel>,
    /// Where the answers name the ward; `/wardCode` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ward_pointer: Option<String>,
}
