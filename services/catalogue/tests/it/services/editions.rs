//! From a draft to what residents see, and back.

use chrono::Duration;
use city_auth::Scope;
use city_clock::Clock as _;
use city_testkit::run;
use serde_json::{Value, json};

use super::story::{OWNER, Story, draft, found};
use crate::subject::Catalogue;

#[test]
fn an_entry_is_seen_once_a_second_person_approved_it() {
    run::<Catalogue>(async |city| {
        let mut story = Story::of(city);
        let resident = city.resident();

        story.drafted(draft("Đèn đường")).await;
        let drafted = story.found(&resident).await;
        story.done(&story.editor.clone(), "submit", json!({})).await;
        let submitted = story.found(&resident).await;
        story.done(&story.publisher.clone(), "approve", json!({ "note": "Đúng" })).await;
        let live = story.found(&resident).await;

        assert_eq!((drafted, submitted), (Value::Null, Value::Null));
        assert_eq!(live["name"]["vi"], "Đèn đường");
        assert_eq!(
            (&live["edition"]["no"], &live["availability"]["usable"]),
            (&json!(1), &json!(true))
        );
        assert_eq!(live["owner"]["code"], OWNER);
        let published = sqlx::query_scalar!(
            "select count(*) from catalogue.outbox where kind = 'ServicePublished'"
        );
        assert_eq!(published.fetch_one(city.db()).await.unwrap(), Some(1));
    });
}

#[test]
fn what_residents_see_stays_until_the_next_edition_is_live() {
    run::<Catalogue>(async |city| {
        let mut story = Story::live(city).await;
        let resident = city.resident();

        story.drafted(draft("Đèn chiếu sáng")).await;
        story.done(&story.editor.clone(), "submit", json!({})).await;
        let before = story.found(&resident).await;
        story.done(&story.publisher.clone(), "approve", json!({ "note": "Đúng" })).await;
        let after = story.found(&resident).await;
        let editions = story.editor.get(&story.path("editions")).await.ok();
        let diff = story.publisher.get(&story.path("diff?from=1&to=2")).await.ok();

        assert_eq!(
            (&before["name"]["vi"], &before["edition"]["no"]),
            (&json!("Đèn đường"), &json!(1))
        );
        assert_eq!(
            (&after["name"]["vi"], &after["edition"]["no"]),
            (&json!("Đèn chiếu sáng"), &json!(2))
        );
        let states: Vec<_> =
            editions["items"].as_array().unwrap().iter().map(|item| &item["state"]).collect();
        assert_eq!(states, ["LIVE", "SUPERSEDED"]);
        assert_eq!(
            diff,
            json!([{ "field": "/name/vi", "from": "Đèn đường", "to": "Đèn chiếu sáng" }])
        );
    });
}

#[test]
fn nobody_approves_or_sends_back_what_they_had_a_hand_in() {
    run::<Catalogue>(async |city| {
        let mut story = Story::of(city);
        let both = story.editor.clone().with_role("PUBLISHER", Scope::Agency(OWNER.to_owned()));
        story.drafted(draft("Đèn đường")).await;
        story.done(&story.editor.clone(), "submit", json!({})).await;

        for act in ["approve", "send-back"] {
            let answer = story.tried(&both, act, json!({ "note": "Đúng" })).await;
            assert_eq!(
                (answer.status().as_str(), answer.code().as_str()),
                ("403 Forbidden", "TWO_PERSONS"),
                "{act}"
            );
        }
        story.done(&story.publisher.clone(), "send-back", json!({ "note": "Thiếu" })).await;
        let editions = story.editor.get(&story.path("editions")).await.ok();

        assert_eq!(editions["items"][0]["state"], "DRAFT");
        assert_eq!(editions["items"][0]["reviewNote"], "Thiếu");
    });
}

#[test]
fn everything_wrong_is_said_when_a_draft_is_handed_in() {
    run::<Catalogue>(async |city| {
        let mut story = Story::of(city);
        let mut body = draft("Đèn đường");
        body["name"]["en"] = Value::Null;
        body["body"]["category"] = json!("nothing");
        body["body"]["coverage"] = json!(["19768"]);
        story.drafted(body).await;

        let answer = story.tried(&story.editor, "submit", json!({})).await;
        let mut long = draft("Đèn đường");
        long["summary"]["vi"] = json!("ờ".repeat(141));
        long["version"] = json!(story.version);
        let (path, headers) = (story.path("draft"), [("idempotency-key", "long-key-1")]);
        let saved = story.editor.send(http::Method::PUT, &path, Some(&long), &headers).await;

        assert_eq!(answer.fields(), ["/name/en", "/body/category", "/body/coverage/0"]);
        assert_eq!(answer.json()["errors"][2]["code"], "PLACE_FORMER");
        assert_eq!(saved.fields(), ["/summary/vi"]);
    });
}

#[test]
fn an_approved_edition_waits_for_its_day() {
    run::<Catalogue>(async |city| {
        let mut story = Story::live(city).await;
        let (resident, day) = (city.resident(), city.clock().now() + Duration::hours(3));
        let mut body = draft("Đèn mới");
        body["effectiveFrom"] = json!(day);
        story.drafted(body).await;
        story.done(&story.editor.clone(), "submit", json!({})).await;

        let approved =
            story.done(&story.publisher.clone(), "approve", json!({ "note": "Đúng" })).await;
        city.clock().advance(Duration::hours(3) - Duration::seconds(1));
        city.settle().await;
        let before = story.found(&resident).await;
        city.clock().advance(Duration::seconds(1));
        city.settle().await;
        let after = story.found(&resident).await;

        assert_eq!(approved["state"], "APPROVED");
        assert_eq!(
            (&before["name"]["vi"], &after["name"]["vi"]),
            (&json!("Đèn đường"), &json!("Đèn mới"))
        );
    });
}

#[test]
fn a_revert_is_a_new_edition_that_a_second_person_approves() {
    run::<Catalogue>(async |city| {
        let mut story = Story::live(city).await;
        let resident = city.resident();
        story.drafted(draft("Nhầm")).await;
        story.done(&story.editor.clone(), "submit", json!({})).await;
        story.done(&story.publisher.clone(), "approve", json!({ "note": "Đúng" })).await;

        let back = json!({ "no": 1, "changeNote": "Quay lại" });
        let reverted = story.done(&story.editor.clone(), "revert", back.clone()).await;
        let again = story.tried(&story.editor, "revert", back).await;
        let own = story.tried(&story.editor, "revert", json!({ "no": 9, "changeNote": "x" })).await;
        story.done(&story.publisher.clone(), "approve", json!({ "note": "Đúng" })).await;
        let seen = story.found(&resident).await;

        assert_eq!((&reverted["editionNo"], &reverted["state"]), (&json!(3), &json!("IN_REVIEW")));
        assert_eq!((again.code().as_str(), own.code().as_str()), ("STATE", "NOT_FOUND"));
        assert_eq!((&seen["name"]["vi"], &seen["edition"]["no"]), (&json!("Đèn đường"), &json!(3)));
    });
}

#[test]
fn a_withdrawn_service_shows_its_note_its_replacement_or_nothing() {
    run::<Catalogue>(async |city| {
        let mut story = Story::live(city).await;
        let (resident, publisher) = (city.resident(), story.publisher.clone());
        let ended = |way: &str| json!({ "as": way, "note": { "vi": "Đã đổi", "en": "Changed" }, "replacement": "field-report" });

        story.done(&publisher, "withdraw", ended("WITHDRAWN")).await;
        let closed = story.found(&resident).await;
        story.done(&publisher, "withdraw", ended("REDIRECT")).await;
        let moved = story.found(&resident).await;
        story.done(&publisher, "withdraw", ended("GONE")).await;
        let gone = story.found(&resident).await;
        let listed = resident.post("/internal/v1/services", &json!({ "first": 50 })).await.ok();
        story.drafted(draft("Trở lại")).await;
        story.done(&story.editor.clone(), "submit", json!({})).await;
        story.done(&publisher, "approve", json!({ "note": "Đúng" })).await;
        let back = story.found(&resident).await;

        assert_eq!(closed["availability"]["reason"], "CLOSED");
        assert_eq!(closed["availability"]["notice"]["vi"], "Đã đổi");
        assert_eq!(
            (&moved["code"], &moved["redirectedFrom"]),
            (&json!("field-report"), &json!("street-lamps"))
        );
        assert_eq!(gone, Value::Null);
        assert!(
            listed["edges"]
                .as_array()
                .unwrap()
                .iter()
                .all(|edge| edge["node"]["code"] != "street-lamps")
        );
        assert_eq!(back["availability"]["usable"], true);
    });
}

#[test]
fn a_replacement_must_lead_somewhere() {
    run::<Catalogue>(async |city| {
        let story = Story::live(city).await;
        let to = |code: Value| json!({ "as": "REDIRECT", "note": { "vi": "Đã đổi" }, "replacement": code });

        for code in [json!("nothing"), json!("street-lamps"), Value::Null] {
            let answer = story.tried(&story.publisher, "withdraw", to(code.clone())).await;
            assert_eq!(answer.fields(), ["/replacement"], "{code}");
        }
    });
}

#[test]
fn a_repetition_gets_the_first_answer_and_an_old_version_is_stale() {
    run::<Catalogue>(async |city| {
        let mut story = Story::of(city);
        story.drafted(draft("Đèn đường")).await;
        let (path, body) = (story.path("submit"), json!({ "version": story.version }));

        let first = story.editor.post_once(&path, "submit-key", &body).await.ok();
        let again = story.editor.post_once(&path, "submit-key", &body).await.ok();
        let other = story.editor.post_once(&path, "submit-key", &json!({ "version": 9 })).await;
        let stale = story.editor.post_once(&path, "another-key", &body).await;

        assert_eq!(again, first);
        assert_eq!((other.code().as_str(), stale.code().as_str()), ("KEY_REUSED", "STALE"));
        assert_eq!(stale.json()["details"]["version"], 2);
        city.settle().await;
    });
}

#[test]
fn of_two_publishers_one_is_late() {
    run::<Catalogue>(async |city| {
        let mut story = Story::of(city);
        story.drafted(draft("Đèn đường")).await;
        story.done(&story.editor.clone(), "submit", json!({})).await;
        let other = city.staff().with_role("PUBLISHER", Scope::City);

        let (approved, sent_back) = tokio::join!(
            story.tried(&story.publisher, "approve", json!({ "note": "Đúng" })),
            story.tried(&other, "send-back", json!({ "note": "Sai" })),
        );

        let mut answers = [approved.status(), sent_back.status()];
        answers.sort();
        assert_eq!(answers, ["200 OK", "409 Conflict"]);
        city.settle().await;
    });
}

#[test]
fn what_nobody_checked_for_long_is_listed_until_somebody_does() {
    run::<Catalogue>(async |city| {
        let mut story = Story::live(city).await;
        let stale = async |story: &Story<'_>| -> Vec<String> {
            let page = story.publisher.get("/admin/v1/services/stale").await.ok();
            page["items"].as_array().unwrap().iter().map(|item| item["code"].to_string()).collect()
        };

        let fresh = stale(&story).await;
        city.clock().advance(Duration::days(180));
        let before =
            (stale(&story).await, story.found(&city.resident()).await["edition"]["stale"].clone());
        story.done(&story.editor.clone(), "assure", json!({})).await;
        let after =
            (stale(&story).await, story.found(&city.resident()).await["edition"]["stale"].clone());

        assert!(!fresh.contains(&"\"street-lamps\"".to_owned()));
        assert!(before.0.contains(&"\"street-lamps\"".to_owned()) && before.1 == json!(true));
        assert!(!after.0.contains(&"\"street-lamps\"".to_owned()) && after.1 == json!(false));
    });
}

#[test]
fn entries_for_staff_do_not_exist_for_residents() {
    run::<Catalogue>(async |city| {
        let staff: Vec<String> =
            sqlx::query_scalar!("select code from catalogue.service where kind = 'STAFF'")
                .fetch_all(city.db())
                .await
                .unwrap();

        assert!(!staff.is_empty());
        for code in staff {
            assert_eq!(found(&city.resident(), &code).await, Value::Null, "{code}");
        }
    });
}
