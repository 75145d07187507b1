//! Places, agencies, categories, life events, calendars.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

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

/// Whom a group or a service is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Audience {
    /// Residents.
    Public,
    /// The city's staff.
    Staff,
}

/// A group of services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryView {
    /// `cat_public-admin`.
    pub id: String,
    /// `public-admin`.
    pub code: String,
    /// Its name.
    pub name: Localised,
    /// What is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Localised>,
    /// The group above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Its place among the groups.
    pub sort: i32,
    /// Whom it is for.
    pub audience: Audience,
}

/// Something that happens in a life, and the services it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LifeEventView {
    /// `having-a-baby`.
    pub code: String,
    /// Its name.
    pub name: Localised,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Localised>,
    /// Codes of services, in order.
    pub service_codes: Vec<String>,
}

/// Which place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceByCode {
    /// A present code of five digits.
    pub code: String,
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

/// The registry as other services copy it: what changed after a publication.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryChanges {
    /// The publication this answers for: ask `since` it the next time.
    pub number: i64,
    /// Places written after `since`.
    pub places: Vec<PlaceRow>,
    /// Successions written after `since`.
    pub succession: Vec<SuccessionRow>,
    /// Agencies written after `since`.
    pub agencies: Vec<AgencyRow>,
    /// The newest version of each calendar.
    pub calendars: Vec<CalendarVersion>,
}

/// A place as it is copied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceRow {
    /// `19753`, `19753@2025-06-30`.
    pub place_id: String,
    /// The code; none for a former district.
    pub code: Option<String>,
    /// What kind of unit.
    pub kind: PlaceKind,
    /// What it is a part of.
    pub parent_id: Option<String>,
    /// The name with the word for the unit.
    pub name: Localised,
    /// The first day.
    pub valid_from: Option<NaiveDate>,
    /// The last day; none: present.
    pub valid_to: Option<NaiveDate>,
    /// Roughly its middle.
    pub centroid: Option<GeoPoint>,
    /// The publication that wrote this state: a later one wins, whatever the order of arrival.
    pub changed_in: i64,
}

/// A former unit became part of a present one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SuccessionRow {
    /// The former unit.
    pub old_id: String,
    /// The unit it became part of.
    pub new_id: String,
}

/// An agency as it is copied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgencyRow {
    /// Its code.
    pub code: String,
    /// The word of the register.
    pub kind: String,
    /// Where it stands.
    pub level: AgencyLevel,
    /// The agency above it.
    pub parent: Option<String>,
    /// The place it serves.
    pub place_id: Option<String>,
    /// Its name.
    pub name: Localised,
    /// Whether it still works.
    pub active: bool,
    /// The publication that wrote this state.
    pub changed_in: i64,
}

/// Which version of a calendar is meant, without its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarVersion {
    /// `VN-HUE`.
    pub code: String,
    /// Counts from 1.
    pub version: u32,
}

/// A published version of a working calendar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarView {
    /// `VN-HUE`.
    pub code: String,
    /// Counts from 1.
    pub version: u32,
    /// The decision it rests on.
    pub basis: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// The calendar in the shape of `shared/calendar`.
    pub body: serde_json::Value,
}

/// `RegistryPublished`: what one publication wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryPublished {
    /// The publication.
    pub number: i64,
    /// Places it wrote.
    pub places: Vec<PlaceRow>,
    /// Successions it wrote.
    pub succession: Vec<SuccessionRow>,
    /// Agencies it wrote.
    pub agencies: Vec<AgencyRow>,
}

/// The kind of [`RegistryPublished`].
pub const REGISTRY_PUBLISHED: &str = "RegistryPublished";

/// The kind of the event whose body is a [`CalendarView`].
pub const CALENDAR_PUBLISHED: &str = "CalendarPublished";
