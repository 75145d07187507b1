//! What is no calendar and no rule, and how the refusal reads.

use city_calendar::{Calendar, CalendarError, Rule};
use serde_json::{Value, json};

/// A small calendar that is right, with one field put in its place.
fn with(field: &str, value: Value) -> Result<Calendar, CalendarError> {
    let mut body = json!({
        "code": "TEST", "version": 1, "timeZone": "Asia/Ho_Chi_Minh",
        "covers": { "from": "2026-01-01", "to": "2026-12-31" },
        "week": ["MON", "TUE", "WED", "THU", "FRI"],
        "workingHours": [{ "from": "07:30", "to": "11:30" }, { "from": "13:30", "to": "17:00" }],
        "exceptions": []
    });
    body[field] = value;
    Calendar::from_value(&body)
}

fn day_off(date: &str, enabled: bool) -> Value {
    json!({ "date": date, "kind": "DAY_OFF", "nameVi": "Nghỉ", "enabled": enabled })
}

#[test]
fn a_calendar_that_contradicts_itself_is_refused_with_the_reason() {
    let refused = [
        (
            "timeZone",
            json!("UTC"),
            "the calendar is for the time zone UTC, only Asia/Ho_Chi_Minh is known",
        ),
        (
            "covers",
            json!({ "from": "2026-12-31", "to": "2026-01-01" }),
            "the covered span ends on 2026-01-01, before it begins on 2026-12-31",
        ),
        ("week", json!([]), "the week has no working day"),
        ("week", json!(["MON", "MON"]), "the week names Mon twice"),
        ("workingHours", json!([]), "there are no working hours"),
        (
            "workingHours",
            json!([{ "from": "17:00", "to": "08:00" }]),
            "the working hours from 17:00:00 to 08:00:00 are empty or reversed",
        ),
        (
            "workingHours",
            json!([{ "from": "07:30", "to": "12:00" }, { "from": "11:30", "to": "17:00" }]),
            "working hours begin at 11:30:00, before the previous ones end at 12:00:00",
        ),
        (
            "exceptions",
            json!([day_off("2026-02-16", true), day_off("2026-02-16", true)]),
            "two exceptions decide about 2026-02-16",
        ),
    ];

    for (field, value, reason) in refused {
        assert_eq!(with(field, value).unwrap_err().to_string(), reason);
    }
}

#[test]
fn a_wrong_shape_says_where() {
    for (field, value) in [
        ("version", json!("one")),
        ("week", json!(["MONTAG"])),
        ("workingHours", json!([{ "from": "25:00", "to": "26:00" }])),
        ("exceptions", json!([{ "date": "2026-02-30", "kind": "DAY_OFF", "nameVi": "Nghỉ" }])),
        ("exceptions", json!([{ "date": "2026-02-20", "kind": "HALF_DAY", "nameVi": "Nghỉ" }])),
    ] {
        assert!(matches!(with(field, value), Err(CalendarError::Shape(_))), "{field}");
    }
    let error =
        std::error::Error::source(&Calendar::from_json("{}").unwrap_err()).map(ToString::to_string);
    assert_eq!(error.as_deref(), Some("missing field `code` at line 1 column 2"));
}

#[test]
fn two_rows_about_a_day_are_fine_while_only_one_is_enabled() {
    let calendar =
        with("exceptions", json!([day_off("2026-02-16", true), day_off("2026-02-16", false)]))
            .unwrap();

    assert!(!calendar.working("2026-02-16".parse().unwrap()));
}

#[test]
fn rules_read_back_as_they_are_stored() {
    for stored in [
        json!({ "rule": "WORKING_DAYS", "n": 7 }),
        json!({ "rule": "SAME_DAY", "cutoff": "15:00" }),
        json!({ "rule": "SAME_DAY", "cutoff": "23:59:59" }),
        json!({ "rule": "CALENDAR_DAYS", "n": 30, "roll": "NEXT_WORKING" }),
        json!({ "rule": "CALENDAR_DAYS", "n": 30, "roll": "NONE" }),
        json!({ "rule": "WORKING_HOURS", "n": 4 }),
        json!({ "rule": "ELAPSED_MINUTES", "n": 60 }),
    ] {
        let rule: Rule = serde_json::from_value(stored.clone()).unwrap();

        assert_eq!(serde_json::to_value(rule).unwrap(), stored);
    }
}

#[test]
fn a_rule_out_of_range_is_refused() {
    for (stored, reason) in [
        (json!({ "rule": "WORKING_DAYS", "n": 0 }), "the term 0 is not within 1 and 1000"),
        (json!({ "rule": "WORKING_DAYS", "n": 1001 }), "the term 1001 is not within 1 and 1000"),
        (
            json!({ "rule": "ELAPSED_MINUTES", "n": 525_601 }),
            "the term 525601 is not within 1 and 525600",
        ),
    ] {
        assert_eq!(serde_json::from_value::<Rule>(stored).unwrap_err().to_string(), reason);
    }
}
