//! Agencies, and when their doors are open.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::PlaceFacts;
use crate::common::Localised;

/// Where an agency stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AgencyLevel {
    /// The city's.
    City,
    /// A ward's or commune's.
    Commune,
    /// The state's.
    Central,
    /// A partner of the city.
    Partner,
}

impl AgencyLevel {
    /// The word of the register.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "CITY",
            Self::Commune => "COMMUNE",
            Self::Central => "CENTRAL",
            Self::Partner => "PARTNER",
        }
    }
}

/// An agency as far as it is itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgencyFacts {
    /// `agy_HUE-SXD`.
    pub id: String,
    /// `HUE-SXD`.
    pub code: String,
    /// The word of the register: `PEOPLES_COMMITTEE`, `ONE_STOP` …
    pub kind: String,
    /// Where it stands.
    pub level: AgencyLevel,
    /// Its name.
    pub name: Localised,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Localised>,
    /// The agency above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// The place it serves; none: the whole city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_id: Option<String>,
    /// Its public number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Its public address for mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether it still works.
    pub active: bool,
}

/// An agency with its place, the one above it, and when its doors are open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgencyView {
    /// The agency.
    #[serde(flatten)]
    pub facts: AgencyFacts,
    /// The place it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceFacts>,
    /// The agency above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<AgencyFacts>,
    /// The next days, today first.
    pub openings: Vec<OpenDay>,
}

/// A day of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenDay {
    /// The civil day in Hue.
    pub date: NaiveDate,
    /// When it is open; empty: closed.
    pub hours: Vec<OpenHours>,
    /// Why it is closed although the week says otherwise: the name of the holiday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_for: Option<Localised>,
}

/// An interval of opening hours, `07:30` to `11:30`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenHours {
    /// When it opens.
    pub from: String,
    /// When it closes.
    pub to: String,
}

/// Which agency, and for how many days its doors are asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgencyByCode {
    /// Its code.
    pub code: String,
    /// 1 to 62 days from today.
    #[serde(default = "fourteen")]
    pub days: u32,
}

const fn fourteen() -> u32 {
    14
}
