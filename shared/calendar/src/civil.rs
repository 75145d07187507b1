//! Civil days and times of `Asia/Ho_Chi_Minh`, which has had no daylight saving since 1975.
//!
//! Saturating at the ends of what chrono can hold: an absurd instant gives an absurd day, never a panic.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

const OFFSET: TimeDelta = TimeDelta::hours(7);

/// The civil date and time of an instant.
pub fn local(at: DateTime<Utc>) -> NaiveDateTime {
    at.naive_utc().checked_add_signed(OFFSET).unwrap_or(NaiveDateTime::MAX)
}

/// The civil day of an instant.
pub fn day(at: DateTime<Utc>) -> NaiveDate {
    local(at).date()
}

/// The instant of a civil date and time.
pub fn instant(day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    day.and_time(time).checked_sub_signed(OFFSET).unwrap_or(NaiveDateTime::MIN).and_utc()
}

/// The day after.
pub fn next(day: NaiveDate) -> NaiveDate {
    plus(day, 1)
}

/// The day `days` later.
pub fn plus(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}
