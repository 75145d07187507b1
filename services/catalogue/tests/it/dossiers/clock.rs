//! The legal clock at its edges.

use serde_json::{Value, json};

use super::world::{self, Case, Plan, Town, at, dossier};
use crate::subject::Catalogue;

fn stop() -> Value {
    json!({ "reason": { "code": "not-eligible" }, "resumable": true })
}

fn working_days(n: u32) -> Plan {
    Plan { rule: json!({ "rule": "WORKING_DAYS", "n": n }), ..Plan::default() }
}

async fn accepted(city: &Town, plan: Plan, local: &str) -> (Case, Value) {
    let mut case = dossier(city, plan).await;
    at(city, local);
    let answer = case.act(&world::clerk(city), "accept", json!({})).await.ok();
    (case, answer)
}

async fn finished_at(city: &Town, local: &str) -> Vec<String> {
    at(city, "2026-03-04T09:00:00");
    let (mut case, _) = accepted(city, working_days(2), "2026-03-04T09:00:00").await;
    at(city, local);
    case.act(&world::officer(city), "finish", case.grant()).await.ok();
    let sql = format!(
        "select data ->> 'onTime' from catalogue.dossier_event where dossier = '{}' and kind = 'FINISH'",
        case.id.as_uuid()
    );
    world::words(city, &sql).await
}

#[test]
fn three_o_clock_sharp_is_inside_the_cut_off() {
    city_testkit::run::<Catalogue>(async |city| {
        let same_day =
            || Plan { rule: json!({ "rule": "SAME_DAY", "cutoff": "15:00" }), ..Plan::default() };

        let (_, inside) = accepted(city, same_day(), "2026-03-04T15:00:00").await;
        let (_, outside) = accepted(city, same_day(), "2026-03-04T15:00:01").await;

        assert_eq!(inside["dueAt"], "2026-03-04T10:00:00Z");
        assert_eq!(outside["dueAt"], "2026-03-05T10:00:00Z");
        city.settle().await;
    });
}

#[test]
fn five_o_clock_on_the_due_day_is_on_time_and_a_second_later_is_late() {
    city_testkit::run::<Catalogue>(async |city| {
        assert_eq!(finished_at(city, "2026-03-06T17:00:00").await, ["true"]);
        assert_eq!(finished_at(city, "2026-03-06T17:00:01").await, ["false"]);
        city.settle().await;
    });
}

#[test]
fn a_stop_before_closing_on_the_due_day_moves_it_and_one_after_closing_does_not() {
    city_testkit::run::<Catalogue>(async |city| {
        let officer = world::officer(city);
        let (mut before, _) = accepted(city, working_days(2), "2026-03-04T09:00:00").await;
        let (mut after, _) = accepted(city, working_days(2), "2026-03-04T09:00:00").await;

        at(city, "2026-03-06T16:59:00");
        let stopped = before.act(&officer, "stop", stop()).await.ok();
        at(city, "2026-03-06T17:01:00");
        let stands = after.act(&officer, "stop", stop()).await.ok();
        at(city, "2026-03-10T09:00:00");
        let moved = before.act(&officer, "resume", json!({})).await.ok();
        let same = after.act(&officer, "resume", json!({})).await.ok();

        assert_eq!((&stopped["dueAt"], &stopped["remaining"]), (&Value::Null, &json!(1)));
        assert_eq!(stands["dueAt"], "2026-03-06T10:00:00Z");
        assert_eq!(moved["dueAt"], "2026-03-10T10:00:00Z");
        assert_eq!(same["dueAt"], "2026-03-06T10:00:00Z");
        city.settle().await;
    });
}

#[test]
fn a_stop_that_ends_on_the_day_it_began_changes_nothing() {
    city_testkit::run::<Catalogue>(async |city| {
        let officer = world::officer(city);
        let (mut case, accepted) = accepted(city, working_days(5), "2026-03-04T09:00:00").await;

        at(city, "2026-03-05T08:00:00");
        case.act(&officer, "stop", stop()).await.ok();
        at(city, "2026-03-05T16:00:00");
        let resumed = case.act(&officer, "resume", json!({})).await.ok();

        assert_eq!(resumed["dueAt"], accepted["dueAt"]);
        city.settle().await;
    });
}

#[test]
fn the_explanation_adds_up_over_tet_and_over_the_worked_saturday() {
    city_testkit::run::<Catalogue>(async |city| {
        let officer = world::officer(city);
        let (tet, _) = accepted(city, working_days(3), "2026-02-13T09:00:00").await;
        let tet = tet.read(&officer).await;
        let (saturday, _) = accepted(city, working_days(1), "2026-01-09T16:00:00").await;
        let saturday = saturday.read(&officer).await;

        let labels = |view: &Value| -> Vec<String> {
            let days = view["dueExplanation"].as_array().expect("days").clone();
            days.iter().map(|day| day["label"].as_str().expect("a label").to_owned()).collect()
        };
        assert_eq!(tet["dueAt"], "2026-02-25T10:00:00Z");
        let counted = labels(&tet).iter().filter(|label| *label == "COUNTED").count();
        let off = labels(&tet).iter().filter(|label| *label == "DAY_OFF").count();
        assert_eq!((counted, off, labels(&tet).len()), (3, 5, 13), "13 to 25 February");
        assert_eq!(tet["firstDueAt"], tet["dueAt"]);
        assert_eq!(labels(&saturday), ["START", "COUNTED"]);
        assert_eq!(saturday["dueAt"], "2026-01-10T10:00:00Z");
        city.settle().await;
    });
}

#[test]
fn while_it_is_stopped_the_reader_learns_when_it_would_be_due() {
    city_testkit::run::<Catalogue>(async |city| {
        let officer = world::officer(city);
        let (mut case, _) = accepted(city, working_days(5), "2026-03-02T08:00:00").await;
        at(city, "2026-03-04T10:00:00");
        case.act(&officer, "stop", stop()).await.ok();

        at(city, "2026-03-09T08:00:00");
        let stopped = case.read(&officer).await;
        let resumed = case.act(&officer, "resume", json!({})).await.ok();

        assert_eq!(stopped["dueIfResumedNow"], "2026-03-12T10:00:00Z");
        assert_eq!((&stopped["daysLeft"], &stopped["remaining"]), (&json!(4), &json!(4)));
        assert_eq!(resumed["dueAt"], stopped["dueIfResumedNow"]);
        let view = case.read(&officer).await;
        assert_eq!(view["dueIfResumedNow"], Value::Null);
        let counted = view["dueExplanation"].as_array().expect("days").iter();
        assert_eq!(counted.filter(|day| day["label"] == "COUNTED").count(), 5);
        city.settle().await;
    });
}
