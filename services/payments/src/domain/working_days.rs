//! Working days, as the calendar that ships with the city has them.

use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use city_calendar::Calendar;

/// The longest run of days off that is looked back over.
const FAR: u64 = 40;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
    let text = include_str!("../../../../seed/calendar.json");
    Calendar::from_json(text).expect("the calendar that ships is one: a test reads it")
});

/// The k-th working day after a day; without an end of the calendar, as many days later.
pub fn after(day: NaiveDate, k: i32) -> NaiveDate {
    let later = Days::new(u64::from(k.unsigned_abs()));
    CALENDAR.shift(day, k).unwrap_or_else(|_| day.checked_add_days(later).unwrap_or(day))
}

/// The first day whose k-th working day after it still lies ahead of `today`: since then less than k working days have
/// passed.
pub fn younger_than(today: NaiveDate, k: i32) -> NaiveDate {
    let back = (0..FAR).map_while(|days| today.checked_sub_days(Days::new(days)));
    back.take_while(|day| after(*day, k) > today).last().unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    #[test]
    fn weekends_and_tet_are_no_working_days() {
        assert_eq!(after(day(3, 4), 2), day(3, 6)); // Wednesday to Friday
        assert_eq!(after(day(3, 6), 2), day(3, 10)); // over a weekend
        assert_eq!(younger_than(day(3, 4), 3), day(3, 2));
        assert_eq!(younger_than(day(3, 9), 3), day(3, 5)); // Thursday's third is Tuesday
        let after_tet = younger_than(day(2, 24), 3);
        assert!(after_tet < day(2, 18), "{after_tet}");
    }
}
