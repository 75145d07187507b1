//! Whether a new version of a calendar changes days that are over.

use chrono::NaiveDate;
use city_calendar::Calendar;

/// No calendar is compared further back; deadlines do not reach further either.
const MAX_DAYS: usize = 3_660;

/// The days before `today` on which another version works differently, oldest first.
pub fn changed_past(old: &Calendar, new: &Calendar, today: NaiveDate) -> Vec<NaiveDate> {
    let from = old.covers().from.min(new.covers().from);
    let past = from.iter_days().take(MAX_DAYS).take_while(|day| *day < today);
    past.filter(|day| old.hours(*day) != new.hours(*day)).collect()
}
