//! The registry and its calendars as other services copy them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{AgencyLevel, PlaceKind};
use crate::common::{GeoPoint, Localised};

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
