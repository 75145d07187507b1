//! The registry as editors see it: with versions.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::registry::{Agency, Place};
use crate::error::Error;
use crate::snapshot::{PublishedCalendar, Registry};

/// A place as an editor sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceEntry {
    /// `19753`, `19753@2025-06-30`.
    pub place_id: String,
    /// The code; none for a former district.
    pub code: Option<String>,
    /// `WARD`, `FORMER_COMMUNE` …
    pub kind: &'static str,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: Option<String>,
    /// The first day.
    pub valid_from: Option<NaiveDate>,
    /// The last day.
    pub valid_to: Option<NaiveDate>,
    /// Whether its boundary is known.
    pub has_boundary: bool,
    /// The present units a former one became.
    pub successors: Vec<String>,
    /// To be sent with a change.
    pub version: i32,
}

/// A page of places.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlacePage {
    /// In the order of their ids.
    pub places: Vec<PlaceEntry>,
    /// Go on after this id; none at the end.
    pub next: Option<String>,
}

/// An agency as an editor sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgencyEntry {
    /// Its code.
    pub code: String,
    /// The word of the register.
    pub kind: String,
    /// Where it stands.
    pub level: &'static str,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: Option<String>,
    /// The agency above it.
    pub parent: Option<String>,
    /// The place it serves.
    pub place_id: Option<String>,
    /// Its public number.
    pub phone: Option<String>,
    /// Its public address for mail.
    pub email: Option<String>,
    /// Whether it works.
    pub active: bool,
    /// To be sent with a change.
    pub version: i32,
}

/// A version of a calendar.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalendarEntry {
    /// Its number.
    pub version: u32,
    /// The decision it rests on.
    pub basis: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// The calendar.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}

/// Places after an id, in the order of their ids.
pub fn list_places(registry: &Registry, after: Option<&str>, first: usize) -> PlacePage {
    let mut rest =
        registry.places().filter(|place| after.is_none_or(|after| place.id.as_str() > after));
    let places: Vec<_> =
        rest.by_ref().take(first).map(|place| place_entry(registry, place)).collect();
    let next = rest.next().and_then(|_| places.last().map(|last| last.place_id.clone()));
    PlacePage { places, next }
}

fn place_entry(registry: &Registry, place: &Place) -> PlaceEntry {
    PlaceEntry {
        place_id: place.id.to_string(),
        code: place.code.clone(),
        kind: place.kind.as_str(),
        name_vi: place.name.vi.clone(),
        name_en: place.name.en.clone(),
        valid_from: place.valid_from,
        valid_to: place.valid_to,
        has_boundary: place.boundary.is_some(),
        successors: registry.successors(&place.id).map(|new| new.id.to_string()).collect(),
        version: place.version,
    }
}

/// An agency.
///
/// # Errors
/// [`Error::NotFound`].
pub fn staff_agency(registry: &Registry, code: &str) -> Result<AgencyEntry, Error> {
    let entry = |agency: &Agency| AgencyEntry {
        code: agency.code.clone(),
        kind: agency.kind.clone(),
        level: agency.level.as_str(),
        name_vi: agency.name.vi.clone(),
        name_en: agency.name.en.clone(),
        parent: agency.parent.clone(),
        place_id: agency.place.as_ref().map(ToString::to_string),
        phone: agency.phone.clone(),
        email: agency.email.clone(),
        active: agency.active,
        version: agency.version,
    };
    registry.agency(code).map(entry).ok_or(Error::NotFound)
}

/// The versions of a calendar, newest first.
///
/// # Errors
/// [`Error::NotFound`].
pub fn list_calendar(registry: &Registry, code: &str) -> Result<Vec<CalendarEntry>, Error> {
    let entry = |published: &PublishedCalendar| CalendarEntry {
        version: published.view.version,
        basis: published.view.basis.clone(),
        published_at: published.view.published_at,
        body: published.view.body.clone(),
    };
    let mut versions: Vec<_> =
        registry.calendars().filter(|published| published.view.code == code).map(entry).collect();
    versions.reverse();
    if versions.is_empty() { Err(Error::NotFound) } else { Ok(versions) }
}
