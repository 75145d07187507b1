//! The registry as other services copy it.

use city_contracts::catalogue::registry::{
    CalendarVersion, CalendarView, RegistryChanges, SuccessionRow,
};

use super::view::{agency_row, place_row};
use crate::domain::registry::PlaceId;
use crate::error::Error;
use crate::snapshot::Snapshot;

/// What was written after a publication; 0 for everything.
pub fn changes(snapshot: &Snapshot, since: i64) -> RegistryChanges {
    let registry = &snapshot.registry;
    // All rows of an old unit together: who copies them replaces them together.
    let touched: Vec<&PlaceId> = registry
        .succession()
        .iter()
        .filter(|(_, _, at)| *at > since)
        .map(|(old, _, _)| old)
        .collect();
    let succession = registry.succession().iter().filter(|(old, _, _)| touched.contains(&old));
    let mut calendars: Vec<CalendarVersion> = Vec::new();
    for published in registry.calendars() {
        calendars.retain(|older| older.code != published.view.code);
        let (code, version) = (published.view.code.clone(), published.view.version);
        calendars.push(CalendarVersion { code, version });
    }
    RegistryChanges {
        number: snapshot.number,
        places: registry.places().filter(|place| place.changed_in > since).map(place_row).collect(),
        succession: succession.map(|(old, new, _)| succession_row(old, new)).collect(),
        agencies: registry
            .agencies()
            .filter(|agency| agency.changed_in > since)
            .map(agency_row)
            .collect(),
        calendars,
    }
}

/// A row of the succession as others copy it.
pub fn succession_row(old: &PlaceId, new: &PlaceId) -> SuccessionRow {
    SuccessionRow { old_id: old.to_string(), new_id: new.to_string() }
}

/// A version of a calendar: a number, or `current`.
///
/// # Errors
/// [`Error::NotFound`].
pub fn calendar_view(
    snapshot: &Snapshot,
    code: &str,
    version: &str,
) -> Result<CalendarView, Error> {
    let registry = &snapshot.registry;
    let published = match version {
        "current" => registry.current_calendar(code),
        number => number.parse().ok().and_then(|version| registry.calendar(code, version)),
    };
    published.map(|published| published.view.clone()).ok_or(Error::NotFound)
}
