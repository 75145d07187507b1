//! When a clock stood still.

use chrono::{DateTime, NaiveDate, Utc};

use crate::Calendar;

/// A time in which a deadline's clock stands still, `[from, to)`, for instance while a resident is asked something.
///
/// In days, the day it begins is not counted and the day it ends is: waiting starts at once, and so does the work.
/// Begun or ended after closing time, it counts from the next day. Overlapping stops are one; one that ends before it
/// begins has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// When the clock stopped.
    pub from: DateTime<Utc>,
    /// When it ran again; none while it stands still.
    pub to: Option<DateTime<Utc>>,
}

/// The stops as days.
pub struct StoppedDays {
    closed: Vec<DaySpan>,
    open_from: Option<NaiveDate>,
}

struct DaySpan {
    from: NaiveDate,
    to: NaiveDate,
    /// Position in the caller's list, so that the caller can name the cause.
    index: usize,
}

impl StoppedDays {
    pub fn new(calendar: &Calendar, stops: &[Stop]) -> Self {
        let mut days = Self { closed: Vec::new(), open_from: None };
        for (index, stop) in stops.iter().enumerate() {
            let from = calendar.effective(stop.from);
            match stop.to.map(|to| calendar.effective(to)) {
                Some(to) => days.closed.push(DaySpan { from, to, index }),
                None => days.open_from = Some(days.open_from.map_or(from, |other| other.min(from))),
            }
        }
        days
    }

    /// The first day of the stop that has no end yet.
    pub fn open_from(&self) -> Option<NaiveDate> {
        self.open_from
    }

    /// Which ended stop holds this day, as a position in the caller's list.
    pub fn on(&self, day: NaiveDate) -> Option<usize> {
        self.closed.iter().find(|span| span.from <= day && day < span.to).map(|span| span.index)
    }

    /// Whether any stop holds this day.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.open_from.is_some_and(|from| from <= day) || self.on(day).is_some()
    }
}
