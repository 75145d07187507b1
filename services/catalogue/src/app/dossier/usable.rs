//! Whether an applicant can use the service of a procedure now: the same question that opening it asks.

use city_auth::Filer;
use city_contracts::catalogue::service::ClientApp;

use super::pinned::Pinned;
use crate::app::App;
use crate::app::service::require_usable;
use crate::error::Error;
use crate::snapshot::Snapshot;

/// A ward that was named, if it is one of today's.
///
/// # Errors
/// `PLACE_FORMER`, `PLACE_UNKNOWN`.
pub fn ward(snapshot: &Snapshot, code: Option<&str>, field: &str) -> Result<Option<String>, Error> {
    let Some(code) = code else { return Ok(None) };
    snapshot.registry.ward_by_code(code, field)?;
    Ok(Some(code.to_owned()))
}

/// Refuses when the service cannot be used. A procedure that no entry leads to is not restricted by one.
///
/// # Errors
/// `NOT_USABLE` with the first check that failed.
pub fn require(
    app: &App,
    snapshot: &Snapshot,
    pinned: &Pinned,
    who: &Filer,
    client: &ClientApp,
    ward: Option<&str>,
) -> Result<(), Error> {
    let Some(service) = pinned.service() else { return Ok(()) };
    require_usable(snapshot, service, &who.principal, (client, ward), app.clock.now())
}
