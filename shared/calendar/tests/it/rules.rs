//! What each rule means at its edges.

use city_calendar::{Due, DueLabel, Horizon, Roll, Rule, Stop};

use crate::seed::{at, calendar, date, march, same_day};

const THREE_DAYS: Rule = Rule::WorkingDays { n: 3 };

/// A clock that stopped in March and stands still.
fn open(from: &str) -> Stop {
    Stop { from: march(from), to: None }
}

fn closed(from: &str, to: &str) -> Stop {
    Stop { from: march(from), to: Some(march(to)) }
}

#[test]
fn the_cut_off_itself_is_still_the_same_day() {
    let due = calendar().due(same_day(15, 0), march("04 15:00:00"), &[]).unwrap();

    assert_eq!(due.at(), Some(march("04 17:00:00")));
}

#[test]
fn closing_time_is_on_time_and_a_second_later_is_late() {
    let due = calendar().due(Rule::WorkingDays { n: 1 }, march("04 09:00:00"), &[]).unwrap();

    assert!(due.is_on_time(march("05 17:00:00")));
    assert!(!due.is_on_time(march("05 17:00:01")));
}

#[test]
fn a_stop_moves_the_due_day_until_it_closes_and_not_after() {
    let calendar = calendar();
    let due = |stop| calendar.due(THREE_DAYS, march("02 09:00:00"), &[stop]).unwrap();

    assert_eq!(due(closed("05 16:59:00", "06 09:00:00")).at(), Some(march("06 17:00:00")));
    assert_eq!(due(closed("05 17:01:00", "06 09:00:00")).at(), Some(march("05 17:00:00")));
}

#[test]
fn stopping_and_resuming_on_one_day_changes_nothing() {
    let due = calendar()
        .due(THREE_DAYS, march("02 09:00:00"), &[closed("04 08:00:00", "04 16:00:00")])
        .unwrap();

    assert_eq!(due.at(), Some(march("05 17:00:00")));
}

#[test]
fn while_the_clock_stands_still_there_is_no_due_day_but_what_remains() {
    let due = calendar().due(THREE_DAYS, march("02 09:00:00"), &[open("04 09:00:00")]).unwrap();

    assert_eq!(due, Due::Stopped { remaining: 2 });
    assert!(due.is_on_time(march("31 09:00:00")), "nothing is late meanwhile");
}

#[test]
fn an_open_stop_after_the_due_day_changes_nothing() {
    let due = calendar().due(THREE_DAYS, march("02 09:00:00"), &[open("05 17:00:00")]).unwrap();

    assert_eq!(due.at(), Some(march("05 17:00:00")));
}

#[test]
fn calendar_days_count_weekends_and_roll_to_a_working_day() {
    let calendar = calendar();
    let due = |n, roll| {
        calendar.due(Rule::CalendarDays { n, roll }, march("05 09:00:00"), &[]).unwrap().at()
    };

    assert_eq!(due(2, Roll::NextWorking), Some(march("09 17:00:00")), "Saturday 7 rolls to Monday");
    assert_eq!(due(2, Roll::None), Some(march("07 17:00:00")));
    assert_eq!(
        due(5, Roll::NextWorking),
        Some(march("10 17:00:00")),
        "the weekend in between counts"
    );
}

#[test]
fn calendar_days_caught_while_rolling_have_one_day_left() {
    let rule = Rule::CalendarDays { n: 2, roll: Roll::NextWorking };
    let calendar = calendar();

    let stopped = calendar.due(rule, march("05 09:00:00"), &[open("09 08:00:00")]).unwrap();
    let resumed =
        calendar.due(rule, march("05 09:00:00"), &[closed("09 08:00:00", "11 08:00:00")]).unwrap();

    assert_eq!(stopped, Due::Stopped { remaining: 1 });
    assert_eq!(resumed.at(), Some(march("11 17:00:00")));
}

#[test]
fn working_hours_pass_over_noon_the_night_and_the_weekend() {
    let calendar = calendar();
    let due = |n| calendar.due(Rule::WorkingHours { n }, march("06 10:30:00"), &[]).unwrap().at();

    assert_eq!(due(1), Some(march("06 11:30:00")), "used up exactly at noon is due at noon");
    assert_eq!(due(4), Some(march("06 16:30:00")));
    assert_eq!(
        due(5),
        Some(march("09 08:00:00")),
        "half an hour on Friday, half an hour on Monday"
    );
}

#[test]
fn working_hours_stand_still_by_the_instant() {
    let rule = Rule::WorkingHours { n: 2 };
    let calendar = calendar();
    let due = |stop| calendar.due(rule, march("04 08:00:00"), &[stop]).unwrap();

    assert_eq!(due(closed("04 09:00:00", "04 09:20:30")).at(), Some(march("04 10:20:30")));
    assert_eq!(due(closed("04 09:00:00", "04 12:00:00")).at(), Some(march("04 14:30:00")));
    assert_eq!(
        due(open("04 09:00:30")),
        Due::Stopped { remaining: 60 },
        "a begun minute remains whole"
    );
    assert_eq!(
        due(open("04 10:00:00")).at(),
        Some(march("04 10:00:00")),
        "its last minute had run"
    );
}

#[test]
fn elapsed_minutes_run_through_the_night_and_need_no_calendar() {
    let calendar = calendar();
    let due =
        |start, stops: &[Stop]| calendar.due(Rule::ElapsedMinutes { n: 60 }, start, stops).unwrap();

    assert_eq!(due(march("07 23:30:00"), &[]).at(), Some(march("08 00:30:00")));
    let twice = [closed("07 23:50:00", "08 00:10:00"), closed("07 23:40:00", "07 23:55:00")];
    assert_eq!(
        due(march("07 23:30:00"), &twice).at(),
        Some(march("08 01:00:00")),
        "overlapping stops are one"
    );
    assert!(!due(at("2031-01-01T00:00:00Z"), &[]).provisional());
}

#[test]
fn half_of_an_hour_rule_is_counted_in_minutes() {
    let calendar = calendar();
    let share = |rule| calendar.due_after_share(rule, 150, march("04 08:00:00"), &[]).unwrap();

    assert_eq!(share(Rule::WorkingHours { n: 1 }).and_then(Due::at), Some(march("04 09:30:00")));
    assert_eq!(share(THREE_DAYS), None);
}

#[test]
fn the_explanation_names_why_each_day_did_not_count() {
    let calendar = calendar();
    let (start, stop) = (
        at("2026-02-13T09:00:00+07:00"),
        Stop { from: at("2026-02-24T09:00:00+07:00"), to: Some(at("2026-02-25T09:00:00+07:00")) },
    );

    let rows = calendar.explain(Rule::WorkingDays { n: 2 }, start, &[stop]).unwrap();

    let tet = DueLabel::DayOff { name: "Tết Nguyên đán Bính Ngọ" };
    let labels: Vec<_> = rows.iter().map(|row| row.label).collect();
    assert_eq!(labels[..4], [DueLabel::Start, DueLabel::Weekend, DueLabel::Weekend, tet]);
    assert_eq!(labels[8..10], [DueLabel::Weekend, DueLabel::Weekend]);
    let end =
        [DueLabel::Counted { k: 1 }, DueLabel::Stopped { stop: 0 }, DueLabel::Counted { k: 2 }];
    assert_eq!(labels[10..], end);
    assert_eq!(rows.last().map(|row| row.date), Some(date("2026-02-25")));
}

#[test]
fn the_explanation_of_a_same_day_term_shows_the_cut_off() {
    let calendar = calendar();
    let labels = |start| {
        let rows = calendar.explain(same_day(15, 0), start, &[]).unwrap();
        rows.into_iter().map(|row| row.label).collect::<Vec<_>>()
    };

    assert_eq!(labels(march("04 15:00:00")), [DueLabel::Counted { k: 1 }]);
    assert_eq!(labels(march("04 15:00:01")), [DueLabel::CutoffPassed, DueLabel::Counted { k: 1 }]);
    assert_eq!(
        labels(march("08 10:00:00")),
        [DueLabel::Start, DueLabel::Counted { k: 1 }],
        "a Sunday morning"
    );
}

#[test]
fn days_left_run_down_to_the_due_day_and_below_it() {
    let calendar = calendar();
    let stops = [closed("09 09:00:00", "10 09:00:00")];
    let due = calendar.due(THREE_DAYS, march("05 09:00:00"), &stops).unwrap();
    let left = |day: &str| calendar.days_left(due, &stops, date(day));

    assert_eq!(
        due.at(),
        Some(march("11 17:00:00")),
        "days 1 to 3 are Friday 6, Tuesday 10, Wednesday 11"
    );
    assert_eq!([left("2026-03-05"), left("2026-03-07"), left("2026-03-10")], [3, 2, 1]);
    assert_eq!([left("2026-03-11"), left("2026-03-12"), left("2026-03-15")], [0, -1, -2]);
    assert_eq!(calendar.days_left(Due::Stopped { remaining: 2 }, &[], date("2026-03-05")), 2);
}

#[test]
fn shifting_walks_working_days_in_both_directions() {
    let calendar = calendar();
    let shift = |k| calendar.shift(date("2026-02-13"), k).map(|day| day.to_string());

    assert_eq!(shift(1).as_deref(), Ok("2026-02-23"));
    assert_eq!(shift(-5).as_deref(), Ok("2026-02-06"));
    assert_eq!(shift(0).as_deref(), Ok("2026-02-13"));
    assert_eq!(shift(i32::MIN), Err(Horizon));
}

#[test]
fn a_stop_of_eleven_years_is_beyond_the_horizon() {
    let calendar = calendar();
    let stop = Stop { from: march("03 09:00:00"), to: Some(at("2037-03-03T09:00:00+07:00")) };

    for rule in [
        THREE_DAYS,
        same_day(7, 0),
        Rule::WorkingHours { n: 20 },
        Rule::ElapsedMinutes { n: 9_000 },
    ] {
        assert_eq!(calendar.due(rule, march("02 09:00:00"), &[stop]), Err(Horizon), "{rule:?}");
    }
}

#[test]
fn the_ends_of_time_give_an_answer_instead_of_a_panic() {
    let calendar = calendar();
    let ends = [chrono::DateTime::<chrono::Utc>::MIN_UTC, chrono::DateTime::<chrono::Utc>::MAX_UTC];

    for (rule, start) in [THREE_DAYS, Rule::WorkingHours { n: 1 }, Rule::ElapsedMinutes { n: 60 }]
        .into_iter()
        .flat_map(|rule| ends.map(|end| (rule, end)))
    {
        let answer = calendar.due(rule, start, &[Stop { from: ends[0], to: Some(ends[1]) }]);

        assert_eq!(answer, Err(Horizon), "{rule:?} from {start}");
    }
}
