//! What is refused, and that nothing a caller sends is our fault.

use serde_json::{Value, json};

use crate::Reports;
use crate::story::{Story, filing, with};

const FILE: &str = "/internal/v1/file-report";

#[test]
fn a_report_of_somebody_else_does_not_exist() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed(city).await;
        let stranger = city.resident();
        let body = json!({ "idempotencyKey": "stranger", "id": story.id, "score": 1, "text": "x" });

        let read = story.seen_by(&stranger).await;
        let rated = stranger.post("/internal/v1/rate-report", &body).await;
        let withdrawn = stranger.post("/internal/v1/withdraw-report", &body).await;
        let contested = stranger.post("/internal/v1/contest-report", &body).await;

        for answer in [read, rated, withdrawn, contested] {
            assert_eq!(
                (answer.status().as_str(), answer.code().as_str()),
                ("404 Not Found", "NOT_FOUND")
            );
        }
        city.settle().await;
    });
}

#[test]
fn a_listed_report_shows_strangers_no_more_than_everybody_may_see() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed_as(city, "pollution.noise", "HUE-SNNMT").await.accepted().await; // noise at a home

        let own = story.seen().await;
        let seen = story.seen_by(&city.anonymous()).await.ok();

        assert_eq!((&seen["approximate"], &seen["address"]), (&json!(true), &Value::Null));
        assert_ne!(seen["point"], own["point"]);
        assert_eq!((&own["approximate"], &own["address"]), (&json!(false), &json!("12 Lê Lợi")));
        assert_eq!(
            (&seen["isMine"], &seen["canRate"], &seen["canContest"]),
            (&json!(false), &json!(false), &json!(false))
        );
        let account = story.resident.account().to_string();
        let bare = story.resident.account().as_uuid().to_string();
        for text in [seen.to_string(), own.to_string()] {
            assert!(!text.contains(&account) && !text.contains(&bare));
        }
        city.settle().await;
    });
}

#[test]
fn nobody_and_staff_cannot_file() {
    city_testkit::run::<Reports>(async |city| {
        let nobody = city.anonymous().post(FILE, &filing("first-key")).await;
        let staff = city.admin().post(FILE, &filing("first-key")).await;

        assert_eq!(
            (nobody.status().as_str(), nobody.code().as_str()),
            ("401 Unauthorized", "SIGN_IN_REQUIRED")
        );
        assert_eq!(staff.status(), "403 Forbidden");
    });
}

#[test]
fn a_degraded_session_files_but_does_not_judge() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident().degraded();

        let filed = resident.post(FILE, &filing("first-key")).await.ok();
        let body = json!({ "idempotencyKey": "withdraw-key", "id": filed["id"] });
        let withdrawn = resident.post("/internal/v1/withdraw-report", &body).await;

        assert_eq!(withdrawn.code(), "SESSION_UNCONFIRMED");
        city.settle().await;
    });
}

#[test]
fn a_rating_before_an_outcome_and_a_score_of_six_are_refused() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed(city).await;
        let body = json!({
            "idempotencyKey": "rating-key", "id": story.id, "score": 6, "reasons": ["fast"], "text": "x".repeat(1_001),
        });

        let early = story.rated("early-key", 5).await;
        let wrong = story.resident.post("/internal/v1/rate-report", &body).await;

        assert_eq!((early.status().as_str(), early.code().as_str()), ("409 Conflict", "STATE"));
        assert_eq!(wrong.fields(), ["/score", "/text", "/reasons/0"]);
        city.settle().await;
    });
}

/// Texts that parsers, encoders and databases have stumbled over.
fn hostile() -> Vec<Value> {
    vec![
        json!("\u{0}"),
        json!("a\u{0}b\u{1}cdefghijklmnop"),
        json!("\u{202e}\u{feff}\u{fffd}\u{10ffff} đảo ngược"),
        json!("'; drop table reports.report; --"),
        json!("\\x00 $1 %00 %s {} ${jndi:x}"),
        json!("x".repeat(10_000)),
        json!("ế".repeat(4_001)),
        json!(""),
        json!(null),
        json!(-1),
        json!(1e300),
        json!(i64::MIN),
        json!([]),
        json!({ "lat": "NaN", "lon": 1e308 }),
        json!({ "lat": -90.0, "lon": 180.0 }),
        json!(["pho_00000000000000000000000000000000"]),
        json!("9999-12-31T23:59:59.999999999Z"),
        json!("0000-01-01T00:00:00Z"),
        json!(true),
    ]
}

#[test]
fn whatever_a_field_holds_it_is_never_our_fault() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed(city).await.accepted().await;
        let (resident, officer) = (city.resident(), city.admin());
        let act = |action: &str| {
            (format!("/admin/v1/reports/{}/actions/{action}", story.id), action.to_owned())
        };
        let mut requests = vec![(FILE.to_owned(), filing("hostile-key"))];
        let page = json!({ "filter": { "categoryCodes": ["road"], "open": true }, "page": { "first": 5, "after": null } });
        requests.push(("/internal/v1/reports".to_owned(), page.clone()));
        requests.push(("/internal/v1/my-reports".to_owned(), page));
        requests.push(("/internal/v1/nodes:batch".to_owned(), json!({ "ids": ["x"] })));
        let rate = json!({ "idempotencyKey": "hostile-rate", "id": story.id, "score": 3, "reasons": [], "text": "x" });
        requests.push(("/internal/v1/rate-report".to_owned(), rate));
        let members = json!({
            "version": 2, "agency": "HUE-SXD", "reason": "OTHER", "whose": "x", "text": "x", "day": "2026-03-05",
            "thirdParty": "x", "until": "2026-03-05T00:00:00Z", "suggestedAgency": "HUE-SXD", "result": "x", "farReason": "x",
        });
        let actions =
            ["reject", "schedule", "hold", "return", "reassign", "resolve", "grant"].map(act);
        requests.extend(actions.iter().map(|(path, _)| (path.clone(), members.clone())));

        let mut asked = 0;
        for (path, request) in &requests {
            for (member, _) in request.as_object().unwrap() {
                for value in hostile() {
                    asked += 1;
                    let body = with(request.clone(), &json!({ (member): value }));
                    let key = format!("hostile-{asked}");
                    let who = if path.starts_with("/admin") { &officer } else { &resident };
                    let answer = who.post_once(path, &key, &body).await;
                    assert!(
                        !answer.status().starts_with('5'),
                        "{path} {body}: {} {}",
                        answer.status(),
                        answer.json()
                    );
                }
            }
        }
        assert!(asked > 1_000);
        city.settle().await;
    });
}
