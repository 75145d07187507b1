//! The calendar that a new installation starts with.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use city_calendar::{Calendar, Rule, Stop};

pub fn calendar() -> Calendar {
    Calendar::from_json(include_str!("../../../../seed/calendar.json"))
        .expect("the seed is a calendar")
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an RFC 3339 instant")
}

/// Local time in Hue on a day of March 2026, as `04 16:59:59`.
pub fn march(day_and_time: &str) -> DateTime<Utc> {
    let (day, time) = day_and_time.split_once(' ').expect("a day and a time");
    at(&format!("2026-03-{day}T{time}+07:00"))
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub const fn same_day(hour: u32, minute: u32) -> Rule {
    Rule::SameDay { cutoff: NaiveTime::from_hms_opt(hour, minute, 0).expect("a time of day") }
}

#[test]
fn eight_known_cases_fall_on_the_days_people_counted() {
    let (three, one, five) =
        (Rule::WorkingDays { n: 3 }, Rule::WorkingDays { n: 1 }, Rule::WorkingDays { n: 5 });
    let stop = Stop { from: march("04 09:00:00"), to: Some(march("09 09:00:00")) };
    let known = [
        ("over Tết: day 1 is Monday 23", three, "2026-02-13T09:00:00+07:00", None, "2026-02-25"),
        ("a Saturday worked in exchange", one, "2026-01-09T16:00:00+07:00", None, "2026-01-10"),
        (
            "a Friday off in exchange, then a weekend",
            one,
            "2026-01-01T10:00:00+07:00",
            None,
            "2026-01-05",
        ),
        ("before the cut-off", same_day(15, 0), "2026-03-04T14:59:59+07:00", None, "2026-03-04"),
        ("after the cut-off", same_day(15, 0), "2026-03-04T15:00:01+07:00", None, "2026-03-05"),
        (
            "after the cut-off, before Tết",
            same_day(15, 0),
            "2026-02-13T15:30:00+07:00",
            None,
            "2026-02-23",
        ),
        (
            "stopped on 4, 5 and 6, resumed on 9",
            five,
            "2026-03-02T08:00:00+07:00",
            Some(stop),
            "2026-03-12",
        ),
        ("Friday evening in UTC is Saturday here", one, "2026-03-06T17:30:00Z", None, "2026-03-09"),
    ];
    let calendar = calendar();

    for (why, rule, accepted_at, stop, due_day) in known {
        let due = calendar.due(rule, at(accepted_at), stop.as_slice()).unwrap();

        assert_eq!(due.at(), Some(at(&format!("{due_day}T17:00:00+07:00"))), "{why}");
    }
}

#[test]
fn rows_that_are_not_enabled_do_not_count() {
    let calendar = calendar();

    assert!(calendar.working(date("2026-08-31")), "the swap around National Day is not decided");
    assert!(!calendar.working(date("2026-08-22")), "nor is the Saturday worked for it");
    assert!(calendar.working(date("2026-11-24")), "a policy that is not yet law");
}

#[test]
fn a_due_day_after_the_covered_span_is_provisional() {
    let calendar = calendar();
    let days_left_in_2026 =
        |n| calendar.due(Rule::WorkingDays { n }, at("2026-12-30T09:00:00+07:00"), &[]).unwrap();

    assert!(!days_left_in_2026(1).provisional());
    assert!(days_left_in_2026(2).provisional());
}

#[test]
fn every_target_of_the_report_categories_is_a_rule() {
    let seed: serde_json::Value =
        serde_json::from_str(include_str!("../../../../seed/report-categories.json")).unwrap();
    let leaves = seed["categories"].as_array().unwrap().iter();
    let leaves: Vec<_> =
        leaves.flat_map(|topic| topic["subcategories"].as_array().unwrap()).collect();

    assert_eq!(leaves.len(), 34);
    for leaf in leaves {
        for field in ["target", "urgentTarget", "triageTarget"] {
            let rule = serde_json::from_value::<Rule>(leaf[field].clone());

            assert!(rule.is_ok(), "{field} of {}: {rule:?}", leaf["code"]);
        }
    }
}
