//! From what an editor sent to a calendar that could be published.

use city_calendar::Calendar;
use serde_json::{Value, json};

use super::input::{CalendarDraft, Checks};
use crate::error::Error;

/// A calendar as it would be published.
#[derive(Debug)]
pub struct Drafted {
    /// Its number: the one after what it is based on.
    pub version: i32,
    /// As it would be stored.
    pub body: Value,
    /// As it would count.
    pub calendar: Calendar,
}

/// Reads a draft; its code and version are the city's to set.
///
/// # Errors
/// [`Error::Input`] naming what contradicts itself.
pub fn read(code: &str, draft: &CalendarDraft) -> Result<Drafted, Error> {
    let mut checks = Checks::default();
    checks.agency_code(code, "");
    checks.text(&draft.basis, "/basis", 500);
    checks.require(
        draft.based_on < 1_000_000,
        "/basedOn",
        "RANGE",
        "expected the number of a version",
    );
    checks.require(draft.body.is_object(), "/body", "SHAPE", "expected a calendar");
    checks.done()?;
    let version = i32::try_from(draft.based_on + 1).unwrap_or(i32::MAX);
    let mut body = draft.body.clone();
    body["code"] = json!(code);
    body["version"] = json!(version);
    let calendar = Calendar::from_value(&body)
        .map_err(|error| Error::invalid("/body", "CALENDAR", city_http::chain(&error)))?;
    Ok(Drafted { version, body, calendar })
}
