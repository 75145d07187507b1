//! Places: the units of today and those they were made of.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::AgencyFacts;
use crate::common::{GeoPoint, Localised};

/// What kind of unit a place is or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlaceKind {
    /// The city.
    City,
    /// A ward of today.
    Ward,
    /// A commune of today.
    Commune,
    /// A ward until 30 June 2025.
    FormerWard,
    /// A commune until then.
    FormerCommune,
    /// A township until then.
    FormerTownship,
    /// A district until then; it has no code.
    FormerDistrict,
}

impl PlaceKind {
    /// The word of the register.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "CITY",
            Self::Ward => "WARD",
            Self::Commune => "COMMUNE",
            Self::FormerWard => "FORMER_WARD",
            Self::FormerCommune => "FORMER_COMMUNE",
            Self::FormerTownship => "FORMER_TOWNSHIP",
            Self::FormerDistrict => "FORMER_DISTRICT",
        }
    }
}

/// A place as far as it is itself; what it points at are ids for `nodes:batch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceFacts {
    /// `plc_19753`, `plc_19753@2025-06-30`.
    pub id: String,
    /// The national code, reused over time; of a former district the name in its id.
    pub code: String,
    /// What kind of unit.
    pub kind: PlaceKind,
    /// The name with the word for the unit.
    pub name: Localised,
    /// The name without it.
    pub short_name: Localised,
    /// What it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// The present units a former one became.
    pub successor_ids: Vec<String>,
    /// The former units a present one was made of.
    pub former_ids: Vec<String>,
    /// The agencies that serve it.
    pub agency_ids: Vec<String>,
    /// The first day; none when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// The last day; none for a present unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// Roughly its middle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub centroid: Option<GeoPoint>,
    /// Its area in square kilometres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_km2: Option<f64>,
}

/// A place with its neighbours in time and order, one level deep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceView {
    /// The place.
    #[serde(flatten)]
    pub facts: PlaceFacts,
    /// What it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<PlaceFacts>,
    /// The present units a former one became.
    pub successors: Vec<PlaceFacts>,
    /// The former units a present one was made of.
    pub former: Vec<PlaceFacts>,
    /// The agencies that serve it.
    pub agencies: Vec<AgencyFacts>,
}

/// Which place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceByCode {
    /// A present code of five digits.
    pub code: String,
}

/// Where somebody stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceAtPoint {
    /// The position.
    pub at: GeoPoint,
}

/// The unit a position lies in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceAt {
    /// The ward or commune.
    pub place: PlaceView,
    /// The nearest middle decided, not a boundary.
    pub approximate: bool,
}
