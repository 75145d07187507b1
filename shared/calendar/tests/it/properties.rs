//! Random cities, terms and stops: the crate and the oracle say the same, and more rest never hurries anybody.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use city_calendar::{Calendar, Due, DueLabel, Roll, Rule, Stop};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::json;

use crate::oracle::{Answer, City, MinuteStop, Plain};
use crate::seed::same_day;

/// 1 January 2026 as a day since 1970.
const NEW_YEAR: i64 = 20_454;
const MINUTES_OF_A_DAY: i64 = 1440;
const WEEKDAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

fn date(day: i64) -> NaiveDate {
    let days = Days::new(u64::try_from(day).expect("after 1970"));
    NaiveDate::from_ymd_opt(1970, 1, 1).expect("a date").checked_add_days(days).expect("a date")
}

/// A minute of local time as an instant.
fn instant(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minute) - TimeDelta::hours(7)
}

fn calendar(city: &City) -> Calendar {
    let week: Vec<_> =
        WEEKDAYS.iter().zip(city.week).filter(|(_, worked)| *worked).map(|(day, _)| day).collect();
    let row = |&(day, worked): &(i64, bool)| json!({ "date": date(day), "kind": if worked { "WORKING_DAY" } else { "DAY_OFF" }, "nameVi": "Nghỉ" });
    let body = json!({
        "code": "RANDOM", "version": 1, "timeZone": "Asia/Ho_Chi_Minh",
        "covers": { "from": "2026-01-01", "to": "2026-12-31" }, "week": week,
        "workingHours": [{ "from": "07:30", "to": "11:30" }, { "from": "13:30", "to": "17:00" }],
        "exceptions": city.exceptions.iter().map(row).collect::<Vec<_>>(),
    });
    Calendar::from_value(&body).expect("a calendar")
}

fn stops(stops: &[MinuteStop]) -> Vec<Stop> {
    stops.iter().map(|&(from, to)| Stop { from: instant(from), to: to.map(instant) }).collect()
}

fn rule(plain: Plain) -> Rule {
    let n = |n: usize| u32::try_from(n).expect("small");
    let minute = |minutes: i64| u32::try_from(minutes).expect("a minute of the day");
    match plain {
        Plain::WorkingDays(days) => Rule::WorkingDays { n: n(days) },
        Plain::SameDay { cutoff } => same_day(minute(cutoff) / 60, minute(cutoff) % 60),
        Plain::CalendarDays { n: days, roll } => Rule::CalendarDays {
            n: n(days),
            roll: if roll { Roll::NextWorking } else { Roll::None },
        },
    }
}

fn answer(due: Due) -> Answer {
    match due {
        Due::At { at, .. } => {
            Answer::At((at + TimeDelta::hours(7) - DateTime::UNIX_EPOCH).num_minutes())
        }
        Due::Stopped { remaining } => Answer::Stopped(remaining),
    }
}

fn a_city() -> impl Strategy<Value = City> {
    let week = prop_oneof![
        3 => Just([true, true, true, true, true, false, false]),
        1 => any::<[bool; 7]>().prop_filter("a week with work in it", |week| week.contains(&true)),
    ];
    (week, btree_map(NEW_YEAR..NEW_YEAR + 120, prop::bool::weighted(0.3), 0..=40))
        .prop_map(|(week, exceptions)| City { week, exceptions: exceptions.into_iter().collect() })
}

/// A minute of the first days of 2026, often near an edge of the working day.
fn a_minute(days: i64) -> impl Strategy<Value = i64> {
    let of_day = prop_oneof![
        0..MINUTES_OF_A_DAY,
        prop::sample::select(vec![0, 449, 450, 690, 900, 901, 1019, 1020, 1439])
    ];
    (0..days, of_day).prop_map(|(day, minute)| (NEW_YEAR + day) * MINUTES_OF_A_DAY + minute)
}

/// A stop, now and then one that ends before it begins or not at all.
fn a_stop(days: i64, longest: i64) -> impl Strategy<Value = MinuteStop> {
    (a_minute(days), prop::option::weighted(0.85, -MINUTES_OF_A_DAY..longest * MINUTES_OF_A_DAY))
        .prop_map(|(from, length)| (from, length.map(|length| from + length)))
}

fn a_day_rule() -> impl Strategy<Value = Plain> {
    prop_oneof![
        (1_usize..=60).prop_map(Plain::WorkingDays),
        prop::sample::select(vec![900, 690, 1020]).prop_map(|cutoff| Plain::SameDay { cutoff }),
        (1_usize..=60, any::<bool>()).prop_map(|(n, roll)| Plain::CalendarDays { n, roll }),
    ]
}

/// What is earlier and later: a clock that stands still is later than any day, and the later the more remains.
fn no_earlier(before: Answer, after: Answer) -> bool {
    before <= after
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn days_are_counted_as_the_oracle_counts_them(
        city in a_city(),
        plain in a_day_rule(),
        start in a_minute(60),
        stopped in vec(a_stop(90, 20), 0..=4),
    ) {
        let (calendar, rule, stops) = (calendar(&city), rule(plain), stops(&stopped));

        let due = calendar.due(rule, instant(start), &stops).unwrap();
        let rows = calendar.explain(rule, instant(start), &stops).unwrap();

        prop_assert_eq!(answer(due), city.due_day(plain, start, &stopped));
        let counted = rows.iter().filter(|row| matches!(row.label, DueLabel::Counted { .. })).count();
        let n = match plain { Plain::WorkingDays(n) | Plain::CalendarDays { n, .. } => n, Plain::SameDay { .. } => 1 };
        prop_assert_eq!(counted + due.remaining().map_or(0, |days| usize::try_from(days).unwrap()), n);
        if let Due::At { at, .. } = due {
            prop_assert_eq!(rows.last().map(|row| calendar.close(row.date)), Some(at));
            prop_assert_eq!(rows.first().map(|row| row.date), Some(date(start / MINUTES_OF_A_DAY)));
        }
    }

    #[test]
    fn a_longer_term_or_one_more_day_of_rest_is_never_due_earlier(
        city in a_city(),
        plain in a_day_rule(),
        start in a_minute(60),
        stopped in vec(a_stop(90, 20), 0..=3),
        day_off in NEW_YEAR..NEW_YEAR + 120,
        one_more in a_stop(90, 20),
    ) {
        let due = |city: &City, plain, stopped: &[MinuteStop]| {
            answer(calendar(city).due(rule(plain), instant(start), &stops(stopped)).unwrap())
        };
        let longer = match plain {
            Plain::WorkingDays(n) => Plain::WorkingDays(n + 1),
            Plain::CalendarDays { n, roll } => Plain::CalendarDays { n: n + 1, roll },
            Plain::SameDay { cutoff } => Plain::SameDay { cutoff: cutoff - 1 },
        };
        let mut resting = city.clone();
        resting.exceptions.retain(|(date, _)| *date != day_off);
        resting.exceptions.push((day_off, false));
        let mut more_stops = stopped.clone();
        more_stops.push(one_more);

        let before = due(&city, plain, &stopped);

        prop_assert!(no_earlier(before, due(&city, longer, &stopped)), "a longer term");
        prop_assert!(no_earlier(before, due(&resting, plain, &stopped)), "one more day off");
        prop_assert!(no_earlier(before, due(&city, plain, &more_stops)), "one more stop");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn hours_and_minutes_run_as_the_oracle_lets_them_run(
        city in a_city(),
        hours in 1_u32..=20,
        minutes in 1_u32..=3_000,
        start in a_minute(4),
        stopped in vec(a_stop(7, 2), 0..=4),
    ) {
        let (calendar, stops) = (calendar(&city), stops(&stopped));

        let worked = calendar.due(Rule::WorkingHours { n: hours }, instant(start), &stops).unwrap();
        let elapsed = calendar.due(Rule::ElapsedMinutes { n: minutes }, instant(start), &stops).unwrap();

        prop_assert_eq!(answer(worked), city.due_minute(hours * 60, true, start, &stopped));
        prop_assert_eq!(answer(elapsed), city.due_minute(minutes, false, start, &stopped));
    }
}
