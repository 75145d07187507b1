//! Which calendar a dossier is counted by.

use std::sync::Arc;

use city_calendar::{Calendar, Rule};
use city_contracts::catalogue::procedure::{FilingChannel, Sla};

use crate::domain::dossier::{Channel, Dossier, Term};
use crate::error::Error;
use crate::snapshot::Registry;

/// The calendar by which the city counts.
pub const CITY_CALENDAR: &str = "VN-HUE";

/// The calendar that a dossier is counted by: its own version, or the present one before it was accepted.
///
/// # Errors
/// [`Error::NotReady`] while the picture lacks that version.
pub fn calendar_of(registry: &Registry, dossier: &Dossier) -> Result<Arc<Calendar>, Error> {
    let published = match &dossier.term {
        Some(term) => {
            let version = u32::try_from(term.calendar_version).unwrap_or(0);
            registry.calendar(&term.calendar, version)
        }
        None => registry.current_calendar(CITY_CALENDAR),
    };
    published.map(|published| Arc::clone(&published.calendar)).ok_or(Error::NotReady)
}

/// The term of a dossier accepted now.
pub fn term(sla: &Sla, channel: Channel, calendar: &Calendar) -> Term {
    let over = FilingChannel::from_code(channel.code()).and_then(|way| sla.overrides.get(&way));
    let rule: Rule = *over.unwrap_or(&sla.rule);
    Term {
        rule,
        calendar: calendar.code().to_owned(),
        calendar_version: i32::try_from(calendar.version()).unwrap_or(i32::MAX),
    }
}
