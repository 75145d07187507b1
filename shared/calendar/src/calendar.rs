//! The calendar itself: which days and hours the city works.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, WeekdaySet};
use serde::Deserialize;

use crate::body::Body;
use crate::due::HORIZON_DAYS;
use crate::{CalendarError, Horizon, civil};

/// One version of a working calendar. It never changes: another truth is another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub(crate) code: String,
    pub(crate) version: u32,
    pub(crate) covers: Covers,
    pub(crate) week: WeekdaySet,
    pub(crate) hours: Box<[Hours]>,
    pub(crate) close: NaiveTime,
    pub(crate) exceptions: BTreeMap<NaiveDate, Exception>,
}

/// The span for which the exceptions are believed complete, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covers {
    /// First covered day.
    pub from: NaiveDate,
    /// Last covered day; a due day beyond it is provisional.
    pub to: NaiveDate,
}

/// An interval of working hours, `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// When work begins.
    pub from: NaiveTime,
    /// When it ends.
    pub to: NaiveTime,
}

/// What a dated row says against the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exception {
    DayOff { name: Box<str> },
    WorkingDay,
}

/// What a day is before any stop is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind<'a> {
    Working,
    Weekend,
    DayOff { name: &'a str },
}

impl Calendar {
    /// Reads a published calendar, such as `seed/calendar.json`.
    ///
    /// # Errors
    /// `Shape` for what is not JSON of the shape, the other variants for what contradicts itself.
    pub fn from_json(text: &str) -> Result<Self, CalendarError> {
        serde_json::from_str::<Body>(text).map_err(CalendarError::Shape)?.try_into()
    }

    /// Reads a calendar that a database or an event gave as a JSON value.
    ///
    /// # Errors
    /// As [`Calendar::from_json`].
    pub fn from_value(value: &serde_json::Value) -> Result<Self, CalendarError> {
        Body::deserialize(value).map_err(CalendarError::Shape)?.try_into()
    }

    /// Which calendar this is, such as `VN-HUE`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Which version of it.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The span for which its exceptions are believed complete.
    pub fn covers(&self) -> Covers {
        self.covers
    }

    /// Whether the city works on a day: an exception decides, otherwise the week.
    pub fn working(&self, day: NaiveDate) -> bool {
        self.kind(day) == DayKind::Working
    }

    /// The hours in which the city works on a day, none on a day off.
    pub fn hours(&self, day: NaiveDate) -> &[Hours] {
        if self.working(day) { &self.hours } else { &[] }
    }

    /// The Vietnamese name of the exception that takes a day of the week off; none for any other day.
    pub fn day_off(&self, day: NaiveDate) -> Option<&str> {
        match self.kind(day) {
            DayKind::DayOff { name } => Some(name),
            DayKind::Working | DayKind::Weekend => None,
        }
    }

    /// The instant at which a day closes, whether the city works on it or not.
    pub fn close(&self, day: NaiveDate) -> DateTime<Utc> {
        civil::instant(day, self.close)
    }

    /// The day on which something done at this instant takes effect: from closing time on, the next one.
    pub fn effective(&self, at: DateTime<Utc>) -> NaiveDate {
        let local = civil::local(at);
        if local.time() < self.close { local.date() } else { civil::next(local.date()) }
    }

    /// The k-th working day after a day, before it for a negative k; for 0 the day itself.
    ///
    /// # Errors
    /// [`Horizon`] if that is more than 3,660 days away.
    pub fn shift(&self, day: NaiveDate, k: i32) -> Result<NaiveDate, Horizon> {
        let Some(nth) = usize::try_from(k.unsigned_abs()).unwrap_or(usize::MAX).checked_sub(1)
        else {
            return Ok(day);
        };
        let step = |from: &NaiveDate| if k > 0 { from.succ_opt() } else { from.pred_opt() };
        std::iter::successors(step(&day), step)
            .take(HORIZON_DAYS)
            .filter(|&candidate| self.working(candidate))
            .nth(nth)
            .ok_or(Horizon)
    }

    pub(crate) fn kind(&self, day: NaiveDate) -> DayKind<'_> {
        let in_week = self.week.contains(day.weekday());
        match self.exceptions.get(&day) {
            Some(Exception::WorkingDay) => DayKind::Working,
            // A holiday on a Sunday is shown as the weekend it is: nobody loses a day by it.
            Some(Exception::DayOff { name }) if in_week => DayKind::DayOff { name },
            None if in_week => DayKind::Working,
            Some(Exception::DayOff { .. }) | None => DayKind::Weekend,
        }
    }
}
