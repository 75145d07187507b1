//! Every move × every state × every role: exactly the table of moves succeeds.

use city_auth::Scope;
use city_testkit::{Character, City, run};
use serde_json::{Value, json};

use super::story::{OWNER, Story, draft};
use crate::subject::Catalogue;

const STATES: [&str; 4] = ["DRAFT", "IN_REVIEW", "APPROVED", "LIVE"];
const ACTS: [&str; 6] = ["submit", "approve", "send-back", "withdraw", "revert", "assure"];

/// State, act: what somebody with the right and a clean hand can do. The service is live before, but for DRAFT and `IN_REVIEW`.
const LISTED: [(&str, &str); 7] = [
    ("DRAFT", "submit"),
    ("IN_REVIEW", "approve"),
    ("IN_REVIEW", "send-back"),
    ("APPROVED", "send-back"),
    ("LIVE", "withdraw"),
    ("LIVE", "revert"),
    ("LIVE", "assure"),
];

fn permission(act: &str) -> &'static str {
    if matches!(act, "submit" | "revert" | "assure") { "EDITOR" } else { "PUBLISHER" }
}

fn body(act: &str) -> Value {
    match act {
        "approve" | "send-back" => json!({ "note": "Lời" }),
        "withdraw" => json!({ "as": "WITHDRAWN", "note": { "vi": "Hết" } }),
        "revert" => json!({ "no": 1, "changeNote": "Quay lại" }),
        _ => json!({}),
    }
}

/// A service that has only ever been in this state.
async fn in_state<'a>(city: &'a City<Catalogue>, state: &str) -> Story<'a> {
    let mut story = Story::of(city);
    let mut content = draft("Đèn đường");
    if state == "APPROVED" {
        content["effectiveFrom"] = json!("2027-01-01T00:00:00Z");
    }
    story.drafted(content).await;
    if state != "DRAFT" {
        story.done(&story.editor.clone(), "submit", json!({})).await;
    }
    if matches!(state, "APPROVED" | "LIVE") {
        story.done(&story.publisher.clone(), "approve", json!({ "note": "Đúng" })).await;
    }
    story
}

/// Who asks, and the role that counts over the service; none when nothing does.
fn roles(city: &City<Catalogue>) -> Vec<(&'static str, Character, Option<&'static str>)> {
    let owner = || Scope::Agency(OWNER.to_owned());
    vec![
        ("anonymous", city.anonymous(), None),
        ("resident", city.resident(), None),
        ("officer", city.officer(OWNER), None),
        (
            "editor elsewhere",
            city.staff().with_role("EDITOR", Scope::Agency("HUE-SYT".to_owned())),
            None,
        ),
        (
            "publisher elsewhere",
            city.staff().with_role("PUBLISHER", Scope::Agency("HUE-SYT".to_owned())),
            None,
        ),
        ("editor", city.staff().with_role("EDITOR", owner()), Some("EDITOR")),
        ("editor of the city", city.staff().with_role("EDITOR", Scope::City), Some("EDITOR")),
        ("publisher", city.staff().with_role("PUBLISHER", owner()), Some("PUBLISHER")),
        (
            "publisher above",
            city.staff().with_role("PUBLISHER", Scope::Agency("HUE-UBND".to_owned())),
            Some("PUBLISHER"),
        ),
    ]
}

fn refused(state: &str, act: &str, holds: Option<&str>) -> Option<&'static str> {
    if holds != Some(permission(act)) {
        return Some("403 or 401");
    }
    (!LISTED.contains(&(state, act))).then_some("409 Conflict")
}

/// A city each: a move that succeeds would change the next one.
fn check(state: &'static str) {
    for act in ACTS {
        run::<Catalogue>(async |city| {
            let story = in_state(city, state).await;
            let mut last = None;
            for (name, who, holds) in roles(city) {
                let expected = refused(state, act, holds);
                if expected.is_none() {
                    last = Some((name, who)); // one that succeeds comes after all that do not
                    continue;
                }
                let answer = story.tried(&who, act, body(act)).await;
                let status = answer.status();
                let fits = match expected {
                    Some("409 Conflict") => status == "409 Conflict" && answer.code() == "STATE",
                    _ => status == "403 Forbidden" || status == "401 Unauthorized",
                };
                assert!(fits, "{state} {act} {name}: {status} {}", answer.code());
            }
            if let Some((name, who)) = last {
                let answer = story.tried(&who, act, body(act)).await;
                assert_eq!(answer.status(), "200 OK", "{state} {act} {name}: {}", answer.code());
            }
            city.settle().await;
        });
    }
}

#[test]
fn exactly_the_listed_moves_succeed_for_a_draft() {
    check(STATES[0]);
}

#[test]
fn exactly_the_listed_moves_succeed_in_review() {
    check(STATES[1]);
}

#[test]
fn exactly_the_listed_moves_succeed_once_approved() {
    check(STATES[2]);
}

#[test]
fn exactly_the_listed_moves_succeed_for_what_is_live() {
    check(STATES[3]);
}
