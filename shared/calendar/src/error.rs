//! Why a calendar is refused.

use chrono::{NaiveDate, NaiveTime, Weekday};

/// Why a text is not a calendar that deadlines can rest on.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// Not JSON, a field missing, or a value that is no date, time, weekday or kind; the source says where.
    #[error("the calendar does not have the expected shape")]
    Shape(#[source] serde_json::Error),
    /// Another zone than `Asia/Ho_Chi_Minh`.
    #[error("the calendar is for the time zone {found}, only Asia/Ho_Chi_Minh is known")]
    TimeZone {
        /// The zone it names.
        found: String,
    },
    /// `covers` ends before it begins.
    #[error("the covered span ends on {to}, before it begins on {from}")]
    CoversReversed {
        /// First covered day.
        from: NaiveDate,
        /// Last covered day.
        to: NaiveDate,
    },
    /// No weekday is a working day.
    #[error("the week has no working day")]
    EmptyWeek,
    /// A weekday stands in the week twice.
    #[error("the week names {0} twice")]
    WeekdayTwice(Weekday),
    /// No working hours, so no day could ever close.
    #[error("there are no working hours")]
    NoHours,
    /// An interval of working hours is empty or reversed.
    #[error("the working hours from {from} to {to} are empty or reversed")]
    HoursReversed {
        /// Its beginning.
        from: NaiveTime,
        /// Its end.
        to: NaiveTime,
    },
    /// Intervals of working hours overlap or stand in the wrong order.
    #[error("working hours begin at {from}, before the previous ones end at {previous_to}")]
    HoursOverlap {
        /// The end of the interval before.
        previous_to: NaiveTime,
        /// The beginning that comes too early.
        from: NaiveTime,
    },
    /// Two rows that count decide about the same day.
    #[error("two exceptions decide about {0}")]
    ExceptionTwice(NaiveDate),
}
