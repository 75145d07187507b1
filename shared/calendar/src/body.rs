//! The JSON shape of a calendar, and the checks it passes before it becomes one.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, Weekday, WeekdaySet};
use serde::Deserialize;

use crate::CalendarError;
use crate::calendar::{Calendar, Covers, Exception, Hours};

/// What is read; other fields (sources, swapped days) are for people and pass by.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    code: String,
    version: u32,
    time_zone: String,
    covers: CoversRow,
    week: Vec<Weekday>,
    working_hours: Vec<HoursRow>,
    exceptions: Vec<ExceptionRow>,
}

#[derive(Deserialize)]
struct CoversRow {
    from: NaiveDate,
    to: NaiveDate,
}

#[derive(Deserialize)]
struct HoursRow {
    from: NaiveTime,
    to: NaiveTime,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExceptionRow {
    date: NaiveDate,
    kind: ExceptionKind,
    name_vi: String,
    #[serde(default = "enabled")]
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ExceptionKind {
    DayOff,
    WorkingDay,
    Info,
}

/// A row without the field counts.
const fn enabled() -> bool {
    true
}

impl TryFrom<Body> for Calendar {
    type Error = CalendarError;

    fn try_from(body: Body) -> Result<Self, CalendarError> {
        if body.time_zone != "Asia/Ho_Chi_Minh" {
            return Err(CalendarError::TimeZone { found: body.time_zone });
        }
        let CoversRow { from, to } = body.covers;
        if from > to {
            return Err(CalendarError::CoversReversed { from, to });
        }
        let hours = hours(&body.working_hours)?;
        let close = hours.last().ok_or(CalendarError::NoHours)?.to;
        Ok(Self {
            code: body.code,
            version: body.version,
            covers: Covers { from, to },
            week: week(&body.week)?,
            hours,
            close,
            exceptions: exceptions(body.exceptions)?,
        })
    }
}

fn week(days: &[Weekday]) -> Result<WeekdaySet, CalendarError> {
    let mut week = WeekdaySet::EMPTY;
    for &day in days {
        if !week.insert(day) {
            return Err(CalendarError::WeekdayTwice(day));
        }
    }
    if week.is_empty() { Err(CalendarError::EmptyWeek) } else { Ok(week) }
}

fn hours(rows: &[HoursRow]) -> Result<Box<[Hours]>, CalendarError> {
    let mut previous: Option<Hours> = None;
    let mut hours = Vec::with_capacity(rows.len());
    for &HoursRow { from, to } in rows {
        if from >= to {
            return Err(CalendarError::HoursReversed { from, to });
        }
        if let Some(Hours { to: previous_to, .. }) = previous
            && from < previous_to
        {
            return Err(CalendarError::HoursOverlap { previous_to, from });
        }
        previous = Some(Hours { from, to });
        hours.push(Hours { from, to });
    }
    Ok(hours.into_boxed_slice())
}

fn exceptions(rows: Vec<ExceptionRow>) -> Result<BTreeMap<NaiveDate, Exception>, CalendarError> {
    let mut exceptions = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.enabled) {
        let exception = match row.kind {
            ExceptionKind::DayOff => Exception::DayOff { name: row.name_vi.into_boxed_str() },
            ExceptionKind::WorkingDay => Exception::WorkingDay,
            ExceptionKind::Info => continue,
        };
        if exceptions.insert(row.date, exception).is_some() {
            return Err(CalendarError::ExceptionTwice(row.date));
        }
    }
    Ok(exceptions)
}
