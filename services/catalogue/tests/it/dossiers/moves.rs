//! Who may move what: every status, every move, every role.

use city_auth::Scope;
use city_testkit::Character;
use serde_json::{Value, json};

use super::world::{self, COMPETENT, Case, ELSEWHERE, Plan, RECEIVING, Town, dossier};
use crate::subject::Catalogue;

const STATUSES: [i16; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/// Section 3.7, row by row: move, from, to, whose.
const TABLE: [(&str, &[i16], i16, &[&str]); 14] = [
    ("accept", &[1], 2, &["COUNTER"]),
    ("refuse", &[1], 3, &["COUNTER"]),
    ("start", &[2], 4, &["OFFICER", "LEAD"]),
    ("ask", &[2, 4], 5, &["OFFICER", "LEAD"]),
    ("supplement", &[5], 4, &["COUNTER"]),
    ("drop-round", &[5], 4, &["OFFICER", "LEAD"]),
    ("ask-payment", &[2, 4], 6, &["OFFICER", "LEAD"]),
    ("paid", &[6], 4, &["OFFICER", "LEAD"]),
    ("stop", &[2, 4, 5, 6], 8, &["OFFICER", "LEAD"]),
    ("resume", &[8], 4, &["OFFICER", "LEAD"]),
    ("close", &[8], 3, &["LEAD"]),
    ("finish", &[2, 4], 9, &["OFFICER", "LEAD"]),
    ("hand-over", &[9], 10, &["COUNTER"]),
    ("withdraw", &[1, 2, 4, 5, 6, 8], 7, &["COUNTER"]),
];

fn members(action: &str, case: &Case) -> Value {
    match action {
        "refuse" => json!({ "reasons": [{ "code": "duplicate" }] }),
        "ask" => {
            json!({ "items": [{ "target": "birth-proof", "reason": "unreadable" }], "deadline": "2026-04-01" })
        }
        "supplement" => json!({ "targets": ["birth-proof"] }),
        "ask-payment" => json!({ "amount": "500000", "note": "Nghị quyết 12/2024" }),
        "paid" => json!({ "note": "đã nộp tại quầy" }),
        "stop" => json!({ "reason": { "code": "not-eligible" }, "resumable": true }),
        "close" => json!({ "reason": { "code": "not-eligible" } }),
        "finish" => case.grant(),
        _ => json!({}),
    }
}

fn roles(city: &Town) -> [(&'static str, Character); 5] {
    [
        ("COUNTER", world::clerk(city)),
        ("OFFICER", world::officer(city)),
        ("LEAD", world::lead(city)),
        ("OFFICER elsewhere", city.officer(ELSEWHERE)),
        ("nobody", city.staff()),
    ]
}

#[test]
fn exactly_the_moves_of_the_table_succeed() {
    city_testkit::run::<Catalogue>(async |city| {
        let mut wrong = Vec::new();
        for status in STATUSES {
            let untouched = dossier(city, Plan { status, ..Plan::default() }).await;
            for (action, from, to, by) in TABLE {
                for (role, who) in roles(city) {
                    let succeeds = by.contains(&role) && from.contains(&status);
                    let mut case = if succeeds {
                        dossier(city, Plan { status, ..Plan::default() }).await
                    } else {
                        untouched.clone()
                    };
                    let body = members(action, &case);
                    let key = format!("{action}-{role}-{status}").replace(' ', "-");
                    let answer = case.act_with(&who, action, &key, body).await;
                    case.version = 0;
                    let (got, expected) = if succeeds {
                        (answer.json()["status"].to_string(), to.to_string())
                    } else if by.contains(&role) {
                        (
                            format!("{} {}", answer.code(), answer.json()["details"]["status"]),
                            format!("DOSSIER_STATE {status}"),
                        )
                    } else {
                        (answer.code(), "SCOPE".to_owned())
                    };
                    if got != expected {
                        wrong.push(format!("{status} {action} by {role}: {got}, not {expected}"));
                    }
                }
            }
        }

        assert!(wrong.is_empty(), "{wrong:#?}");
        city.settle().await;
    });
}

#[test]
fn a_stop_that_was_declared_final_is_closed_but_not_resumed() {
    city_testkit::run::<Catalogue>(async |city| {
        let (officer, lead) = (world::officer(city), world::lead(city));
        let mut case = dossier(city, Plan { status: 4, ..Plan::default() }).await;
        let stop = json!({ "reason": { "code": "other", "text": "Đang có tranh chấp" }, "resumable": false });

        case.act(&officer, "stop", stop).await.ok();
        let resumed = case.act(&officer, "resume", json!({})).await;
        let closed =
            case.act(&lead, "close", json!({ "reason": { "code": "not-eligible" } })).await;

        assert_eq!(resumed.code(), "NOT_RESUMABLE");
        assert_eq!(closed.ok()["status"], 3);
        city.settle().await;
    });
}

#[test]
fn a_replay_gets_the_first_answer_and_of_two_officers_one_is_stale() {
    city_testkit::run::<Catalogue>(async |city| {
        let (one, other) = (world::officer(city), world::officer(city));
        let case = dossier(city, Plan { status: 2, ..Plan::default() }).await;

        let first = case.act_with(&one, "start", "start-once-1", json!({})).await.ok();
        let again = case.act_with(&one, "start", "start-once-1", json!({})).await.ok();
        let late = case.act_with(&other, "start", "start-other-1", json!({})).await;
        let reused = case
            .act_with(&one, "assign", "start-once-1", json!({ "assignee": one.account() }))
            .await;

        assert_eq!(first, again);
        assert_eq!((late.status().as_str(), late.code().as_str()), ("409 Conflict", "STALE"));
        assert_eq!(late.json()["details"]["version"], 2);
        assert_eq!(reused.code(), "KEY_REUSED");
        city.settle().await;
    });
}

#[test]
fn everything_missing_is_named_at_once() {
    city_testkit::run::<Catalogue>(async |city| {
        let officer = world::officer(city);
        let mut case = dossier(city, Plan { status: 4, ..Plan::default() }).await;

        let ask = json!({ "items": [
            { "target": "a", "reason": "other" }, { "target": "a", "reason": "ugly" }], "deadline": "2026-03-04" });
        let asked = case.act(&officer, "ask", ask).await;
        let finished = case.act(&officer, "finish", json!({ "outcome": "REFUSED" })).await;
        let foreign =
            json!({ "outcome": "GRANTED", "results": [{ "file": format!("fil_{:032x}", 5) }] });
        let unknown = case.act(&officer, "finish", foreign).await;

        assert_eq!(
            asked.fields(),
            ["/items/0/text", "/items/1/target", "/items/1/reason", "/deadline"]
        );
        assert_eq!(finished.fields(), ["/reason", "/results"]);
        assert_eq!(unknown.fields(), ["/results/0/file"]);
        assert_eq!(case.act(&officer, "explode", json!({})).await.status(), "404 Not Found");
        city.settle().await;
    });
}

#[test]
fn a_transfer_moves_the_decision_when_it_is_received_and_stays_when_it_is_sent_back() {
    city_testkit::run::<Catalogue>(async |city| {
        let (officer, there) = (world::officer(city), city.officer(ELSEWHERE));
        let mut case = dossier(city, Plan { status: 4, ..Plan::default() }).await;
        let due = case.read(&officer).await["dueAt"].clone();

        case.act(&officer, "transfer", json!({ "agency": ELSEWHERE })).await.ok();
        let twice = case.act(&officer, "transfer", json!({ "agency": ELSEWHERE })).await;
        let foreign = case.act(&officer, "receive", json!({})).await;
        case.act(&there, "return", json!({ "note": "Không thuộc phường" })).await.ok();
        let nothing = case.act(&officer, "receive", json!({})).await;
        case.act(&officer, "transfer", json!({ "agency": ELSEWHERE })).await.ok();
        let received = case.act(&there, "receive", json!({})).await.ok();

        assert_eq!(twice.code(), "TRANSFER_STATE");
        assert_eq!(foreign.code(), "SCOPE");
        assert_eq!(nothing.code(), "TRANSFER_STATE");
        assert_eq!(received["competent"], ELSEWHERE);
        assert_eq!(received["dueAt"], due, "the clock runs on");
        assert_eq!(case.act(&officer, "stop", members("stop", &case)).await.code(), "SCOPE");
        city.settle().await;
    });
}

#[test]
fn a_changed_row_of_the_history_is_found() {
    city_testkit::run::<Catalogue>(async |city| {
        let (clerk, officer) = (world::clerk(city), world::officer(city));
        let mut case = dossier(city, Plan::default()).await;
        case.act(&clerk, "accept", json!({})).await.ok();
        case.act(&officer, "start", json!({})).await.ok();
        case.act(&officer, "finish", case.grant()).await.ok();
        let path = format!("/admin/v1/dossiers/{}/history", case.id);

        let before = officer.get(&path).await.ok();
        world::tamper(
            city,
            "update catalogue.dossier_event set at = at - interval '1 day' where seq = 2",
        )
        .await;
        let after = officer.get(&path).await.ok();

        assert_eq!((&before["intact"], &before["brokenAt"]), (&json!(true), &Value::Null));
        assert_eq!((&after["intact"], &after["brokenAt"]), (&json!(false), &json!(2)));
        city.settle().await;
    });
}

#[test]
fn opening_answers_needs_a_purpose_and_leaves_a_trace() {
    city_testkit::run::<Catalogue>(async |city| {
        let officer = world::officer(city);
        let case = dossier(city, Plan { status: 4, ..Plan::default() }).await;
        let path = format!("/admin/v1/dossiers/{}/answers", case.id);

        let without = officer.get(&format!("{path}?purpose=%20")).await;
        let stranger = city.officer(ELSEWHERE).get(&format!("{path}?purpose=xem")).await;
        officer.get(&format!("{path}?purpose=kiem-tra")).await.ok();

        assert_eq!(without.fields(), ["/purpose"]);
        assert_eq!(stranger.code(), "SCOPE");
        let traces = "select purpose from catalogue.dossier_access";
        assert_eq!(world::words(city, traces).await, ["kiem-tra"]);
    });
}

#[test]
fn a_grant_over_a_ward_or_the_city_counts_as_one_over_the_agency() {
    city_testkit::run::<Catalogue>(async |city| {
        for scope in
            [Scope::City, Scope::Ward("19867".to_owned()), Scope::Agency(COMPETENT.to_owned())]
        {
            let mut case = dossier(city, Plan::default()).await;
            let clerk = city.staff().with_role("COUNTER", scope);
            case.act(&clerk, "accept", json!({})).await.ok();
        }
        let mut case = dossier(city, Plan::default()).await;
        let other = city.staff().with_role("COUNTER", Scope::Ward("19804".to_owned()));
        assert_eq!(case.act(&other, "accept", json!({})).await.code(), "SCOPE");
        assert_ne!(RECEIVING, COMPETENT);
        city.settle().await;
    });
}
