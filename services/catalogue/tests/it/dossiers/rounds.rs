//! Asking once for all that is missing.

use serde_json::{Value, json};

use super::world::{self, Plan, at, dossier};
use crate::subject::Catalogue;

fn ask(targets: &[&str], deadline: &str) -> Value {
    let item = |target: &&str| json!({ "target": target, "reason": "unreadable" });
    json!({ "items": targets.iter().map(item).collect::<Vec<_>>(), "deadline": deadline })
}

#[test]
fn a_second_request_on_what_did_not_change_needs_the_lead_and_on_what_changed_does_not() {
    city_testkit::run::<Catalogue>(async |city| {
        let (clerk, officer, lead) = (world::clerk(city), world::officer(city), world::lead(city));
        let mut case = dossier(city, Plan { status: 4, ..Plan::default() }).await;
        case.act(&officer, "ask", ask(&["birth-proof", "/child/name"], "2026-04-01")).await.ok();
        at(city, "2026-03-05T10:00:00");
        let part = case.act(&clerk, "supplement", json!({ "targets": ["birth-proof"] })).await;
        let all = json!({ "targets": ["birth-proof", "/child/name"] });
        let supplemented = case.act(&clerk, "supplement", all).await.ok();

        let unchanged =
            case.act(&officer, "ask", ask(&["birth-proof", "photo"], "2026-04-01")).await;
        let changed = case.act(&officer, "ask", ask(&["birth-proof"], "2026-04-01")).await.ok();
        case.act(&officer, "drop-round", json!({})).await.ok();
        let by_lead = case.act(&lead, "ask", ask(&["photo"], "2026-04-01")).await.ok();

        assert_eq!(
            (part.code().as_str(), &part.json()["details"]["targets"]),
            ("ITEMS_OPEN", &json!(["/child/name"]))
        );
        assert_eq!(supplemented["status"], 4);
        assert_eq!(unchanged.code(), "LEAD_NEEDED");
        assert_eq!(unchanged.json()["details"]["targets"], json!(["photo"]));
        assert_eq!((&changed["status"], &by_lead["status"]), (&json!(5), &json!(5)));
        let late = &case.read(&officer).await["rounds"][2]["items"][0]["askedLate"];
        assert_eq!(late, true, "it counts against the agency");
        city.settle().await;
    });
}

#[test]
fn a_supplement_lets_the_clock_run_at_once() {
    city_testkit::run::<Catalogue>(async |city| {
        let (clerk, officer) = (world::clerk(city), world::officer(city));
        at(city, "2026-03-02T08:00:00");
        let mut case = dossier(
            city,
            Plan { rule: json!({ "rule": "WORKING_DAYS", "n": 5 }), ..Plan::default() },
        )
        .await;
        case.act(&clerk, "accept", json!({})).await.ok();
        at(city, "2026-03-04T08:00:00");
        let asked = case.act(&officer, "ask", ask(&["birth-proof"], "2026-04-01")).await.ok();
        at(city, "2026-03-09T16:00:00");

        let supplemented =
            case.act(&clerk, "supplement", json!({ "targets": ["birth-proof"] })).await.ok();

        assert_eq!((&asked["dueAt"], &asked["remaining"]), (&Value::Null, &json!(4)));
        assert_eq!(supplemented["dueAt"], "2026-03-12T10:00:00Z");
        city.settle().await;
    });
}

#[test]
fn a_round_near_its_deadline_reminds_three_working_days_before_and_on_the_day() {
    city_testkit::run::<Catalogue>(async |city| {
        let officer = world::officer(city);
        let mut case = dossier(city, Plan { status: 4, ..Plan::default() }).await;
        case.act(&officer, "ask", ask(&["birth-proof"], "2026-03-16")).await.ok();
        let reminders = async || {
            city.settle().await;
            city.settle().await;
            world::number(
                city,
                "select count(*) from catalogue.outbox where kind = 'DossierReminder'",
            )
            .await
        };

        at(city, "2026-03-10T09:00:00");
        let early = reminders().await;
        at(city, "2026-03-11T09:00:00");
        let before = reminders().await;
        at(city, "2026-03-16T09:00:00");
        let on_the_day = reminders().await;
        at(city, "2026-03-17T09:00:00");
        let after = reminders().await;

        assert_eq!((early, before, on_the_day, after), (0, 1, 2, 2));
        assert_eq!(case.read(&officer).await["status"], 5, "a passed deadline ends nothing");
    });
}
