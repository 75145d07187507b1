//! Every step that can be taken with a report, for every character: who may not leaves it as it was.

use serde_json::{Value, json};

use super::people::{
    AGENCY, CHARACTERS, COORDINATOR, ELSEWHERE, IN_CHARGE, accept, characters, file, outcome,
};
use crate::phone::Phone;
use crate::whole_city::travel;

/// Who may gets this, because they send an old version: so the whole table can be walked over one report.
const MAY: &str = "409 STALE";
const SCOPE: &str = "403 SCOPE";
const TRIAGE: [&str; 6] = ["401 SIGN_IN_REQUIRED", "403 FORBIDDEN", SCOPE, SCOPE, MAY, MAY];
const COORDINATION: [&str; 6] = TRIAGE;
const WORK: [&str; 6] = ["401 SIGN_IN_REQUIRED", "403 FORBIDDEN", SCOPE, MAY, SCOPE, MAY];

/// Each step with what it needs, and what each of [`CHARACTERS`] gets.
fn rows() -> Vec<(&'static str, Value, [&'static str; 6])> {
    let (text, until) = ("Đã kiểm tra thực địa.", "2027-01-04T02:00:00Z");
    vec![
        ("accept", json!({ "agency": AGENCY }), TRIAGE),
        ("reject", json!({ "reason": "ALREADY_FIXED", "text": text }), TRIAGE),
        ("reassign", json!({ "agency": ELSEWHERE }), TRIAGE),
        ("start", json!({}), WORK),
        ("schedule", json!({ "day": "2027-01-04" }), WORK),
        ("hold", json!({ "thirdParty": text, "until": until }), WORK),
        ("resume", json!({}), WORK),
        ("return", json!({ "reason": "WRONG_AGENCY", "suggestedAgency": ELSEWHERE }), WORK),
        ("resolve", json!({ "result": text }), WORK),
        ("approve", json!({}), COORDINATION),
        ("send-back", json!({ "text": text }), COORDINATION),
        ("grant", json!({ "agency": AGENCY, "text": text }), COORDINATION),
        ("refuse", json!({ "text": text }), COORDINATION),
    ]
}

#[test]
fn a_step_of_somebody_who_may_not_take_it_changes_nothing() {
    travel(async |city| {
        let people = characters(&city.url).await;
        let report = file(&Phone::sign_in(&city.url).await, false).await;
        accept(&people[COORDINATOR], &report).await;
        let version = people[IN_CHARGE].version(&report).await;
        let mut wrong = Vec::new();

        for (action, mut body, gets) in rows() {
            for ((console, character), expected) in people.iter().zip(CHARACTERS).zip(gets) {
                body["version"] = json!(if expected == MAY { version - 1 } else { version });
                let got = outcome(&console.act(&report, action, &body).await);
                if got != expected {
                    wrong.push(format!("{action} by {character}: {got} instead of {expected}"));
                }
            }
        }

        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(people[IN_CHARGE].version(&report).await, version);
    });
}

#[test]
fn a_report_in_triage_is_out_of_an_officers_reach() {
    travel(async |city| {
        let people = characters(&city.url).await;
        let report = file(&Phone::sign_in(&city.url).await, true).await;
        let version = people[COORDINATOR].version(&report).await;

        for (action, mut body, _) in rows() {
            body["version"] = json!(version);
            let got = outcome(&people[IN_CHARGE].act(&report, action, &body).await);
            assert_eq!(got, SCOPE, "{action}");
        }

        assert_eq!(
            outcome(&people[IN_CHARGE].get(&format!("reports/{report}")).await),
            "404 NOT_FOUND"
        );
        assert_eq!(people[COORDINATOR].version(&report).await, version);
    });
}
