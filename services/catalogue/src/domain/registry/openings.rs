//! When an agency's doors are open.

use chrono::{Days, NaiveDate, NaiveTime};
use city_calendar::Calendar;
use city_contracts::catalogue::registry::{OpenDay, OpenHours};
use city_contracts::common::Localised;

use super::{Agency, WeekHours};

/// The calendar by which the city works.
pub const CITY_CALENDAR: &str = "VN-HUE";

/// The most days that are asked about at once.
pub const MAX_OPENINGS: u32 = 62;

/// The days from `today` on. A holiday of the calendar closes every agency; otherwise its own hours decide, or the calendar's.
pub fn openings(agency: &Agency, calendar: &Calendar, today: NaiveDate, days: u32) -> Vec<OpenDay> {
    if !agency.active {
        return Vec::new();
    }
    let dates =
        (0..u64::from(days.min(MAX_OPENINGS))).filter_map(|n| today.checked_add_days(Days::new(n)));
    dates.map(|date| open_day(agency.hours.as_ref(), calendar, date)).collect()
}

fn open_day(own: Option<&WeekHours>, calendar: &Calendar, date: NaiveDate) -> OpenDay {
    if let Some(name) = calendar.day_off(date) {
        let closed_for = Some(Localised { vi: name.to_owned(), en: None });
        return OpenDay { date, hours: Vec::new(), closed_for };
    }
    let hours = match own {
        Some(own) => own.on(date).iter().map(|(from, to)| open_hours(*from, *to)).collect(),
        None => calendar.hours(date).iter().map(|hours| open_hours(hours.from, hours.to)).collect(),
    };
    OpenDay { date, hours, closed_for: None }
}

fn open_hours(from: NaiveTime, to: NaiveTime) -> OpenHours {
    OpenHours { from: from.format("%H:%M").to_string(), to: to.format("%H:%M").to_string() }
}
