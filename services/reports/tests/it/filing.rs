//! Filing: what a resident gets back, and that it happens once.

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::Reports;
use crate::story::{Story, filing, id_of, taken, with};

const FILE: &str = "/internal/v1/file-report";

#[test]
fn a_filed_report_has_a_code_a_ward_and_a_due_day() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();

        let report = resident.post(FILE, &filing("first-key")).await.ok();

        let code = report["code"].as_str().unwrap();
        assert!(code.starts_with("PA26-") && code.len() == 13, "{code}");
        assert_eq!(report["state"], "SUBMITTED");
        assert_eq!(report["ward"]["kind"], "WARD");
        assert_eq!(report["agency"], Value::Null); // being verified
        assert_eq!(report["clock"], "RUNNING");
        assert_eq!(report["dueAt"], "2026-03-11T10:00:00Z"); // filed on a Wednesday: the fifth working day, at closing time
        assert_eq!(
            report["dueExplanation"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|day| day["label"] == "COUNTED")
                .count(),
            5
        );
        assert_eq!(
            (&report["isMine"], &report["canWithdraw"], &report["canRate"]),
            (&json!(true), &json!(true), &json!(false))
        );
        assert_eq!(report["timeline"][0]["kind"], "FILED");
        city.settle().await;
    });
}

#[test]
fn a_replay_gets_the_first_answer_even_after_the_report_moved_on() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let first = resident.post(FILE, &filing("first-key")).await.ok();
        let version = json!({ "version": 1 });
        let accept = format!("/admin/v1/reports/{}/actions/accept", id_of(&first));
        taken(&city.coordinator().post_once(&accept, "accept-key", &version).await);

        let again = resident.post(FILE, &filing("first-key")).await.ok();

        assert_eq!(again, first);
        city.settle().await;
    });
}

#[test]
fn a_replay_is_answered_when_the_same_request_would_be_refused_today() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let request = with(filing("first-key"), &json!({ "capturedAt": "2026-03-04T01:00:00Z" }));
        let first = resident.post(FILE, &request).await.ok();

        city.clock().advance(Duration::days(40));
        let again = resident.post(FILE, &request).await.ok();
        let anew =
            resident.post(FILE, &with(request, &json!({ "idempotencyKey": "other-key" }))).await;

        assert_eq!(again, first);
        assert_eq!(anew.fields(), ["/capturedAt"]);
        city.settle().await;
    });
}

#[test]
fn a_key_with_another_body_is_refused() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        taken(&resident.post(FILE, &filing("first-key")).await);

        let other =
            resident.post(FILE, &with(filing("first-key"), &json!({ "wantsPublic": false }))).await;

        assert_eq!(
            (other.status().as_str(), other.code().as_str()),
            ("409 Conflict", "KEY_REUSED")
        );
        city.settle().await;
    });
}

#[test]
fn one_key_sent_at_once_from_many_places_makes_one_report() {
    city_testkit::run::<Reports>(async |city| {
        let (resident, request) = (city.resident(), filing("parallel"));

        let answers = join_all((0..12).map(|_| resident.post(FILE, &request))).await;

        let mut ids: Vec<_> = answers.into_iter().map(|answer| id_of(&answer.ok())).collect();
        ids.dedup();
        let stored = sqlx::query_scalar!(r#"select count(*) as "n!" from reports.report"#)
            .fetch_one(city.db())
            .await;
        assert_eq!((ids.len(), stored.unwrap()), (1, 1));
        city.settle().await;
    });
}

#[test]
fn a_key_belongs_to_its_resident() {
    city_testkit::run::<Reports>(async |city| {
        let (one, other) = (city.resident(), city.resident());

        let first = one.post(FILE, &filing("same-key")).await.ok();
        let second = other.post(FILE, &filing("same-key")).await.ok();

        assert_ne!(first["id"], second["id"]);
        city.settle().await;
    });
}

#[test]
fn a_place_outside_the_city_is_refused_with_the_nearest_ward() {
    city_testkit::run::<Reports>(async |city| {
        let da_nang = json!({ "at": { "lat": 15.9, "lon": 108.3 } });

        let answer = city.resident().post(FILE, &with(filing("first-key"), &da_nang)).await;

        assert_eq!(
            (answer.status().as_str(), answer.code().as_str()),
            ("422 Unprocessable Entity", "OUTSIDE_CITY")
        );
        assert!(answer.json()["details"]["nearestWard"]["name"]["vi"].is_string());
    });
}

#[test]
fn a_ward_and_an_address_place_a_report_and_one_of_them_does_not() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let nowhere = with(filing("first-key"), &json!({ "at": null, "address": null }));

        let none = resident.post(FILE, &nowhere).await;
        let half =
            resident.post(FILE, &with(nowhere.clone(), &json!({ "wardCode": "19753" }))).await;
        let both = with(nowhere, &json!({ "wardCode": "19753", "address": "Chợ Đông Ba" }));
        let both = resident.post(FILE, &both).await.ok();

        assert_eq!(
            (none.code().as_str(), half.code().as_str()),
            ("PLACE_REQUIRED", "PLACE_REQUIRED")
        );
        assert_eq!((&both["ward"]["code"], &both["point"]), (&json!("19753"), &Value::Null));
        city.settle().await;
    });
}

#[test]
fn every_field_that_does_not_fit_is_named_at_once() {
    city_testkit::run::<Reports>(async |city| {
        let wrong = json!({
            "categoryCode": "road", // a topic
            "description": "quá ngắn",
            "at": { "lat": 91.0, "lon": 107.5 },
            "address": "x".repeat(301),
            "wardCode": "00000",
            "photoIds": ["pho_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d", "pho_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d"],
            "capturedAt": "2026-01-01T00:00:00Z",
        });

        let answer = city.resident().post(FILE, &with(filing("first-key"), &wrong)).await;

        assert_eq!(answer.code(), "INPUT");
        let mut fields = answer.fields();
        fields.sort_unstable();
        let all = [
            "/address",
            "/at",
            "/capturedAt",
            "/categoryCode",
            "/description",
            "/photoIds/1",
            "/wardCode",
        ];
        assert_eq!(fields, all);
    });
}

#[test]
fn the_twenty_first_report_of_a_day_waits_for_the_next() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        for number in 0..20 {
            taken(&resident.post(FILE, &filing(&format!("number-{number}"))).await);
        }

        let refused = resident.post(FILE, &filing("one-too-many")).await;
        city.clock().advance(Duration::hours(15)); // midnight in Hue
        let next_day = resident.post(FILE, &filing("one-too-many")).await;

        assert_eq!(
            (refused.code().as_str(), refused.header("retry-after")),
            ("DAILY_LIMIT", "54000")
        );
        taken(&next_day);
        city.settle().await;
    });
}

#[test]
fn what_cannot_wait_is_accepted_while_it_is_filed() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed_as(city, "disaster.rescue", "HUE-PCTT").await;

        let report = story.seen().await;

        assert_eq!(
            (&report["state"], &report["agency"]["code"]),
            (&json!("ASSIGNED"), &json!("HUE-PCTT"))
        );
        assert_eq!(report["dueAt"], "2026-03-04T03:00:00Z"); // 60 minutes, round the clock
        let kinds: Vec<_> =
            report["timeline"].as_array().unwrap().iter().map(|row| row["kind"].clone()).collect();
        assert_eq!(kinds, ["FILED", "ACCEPTED"]);
        assert_eq!(story.seen_by(&city.resident()).await.code(), "NOT_FOUND"); // a rescue is nobody else's business
        city.settle().await;
    });
}

#[test]
fn the_peoples_committee_of_the_ward_is_proposed_for_what_communes_do() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed_as(city, "urban-order.ads", "HUE-IOC").await;

        let report = story.ioc.get(&format!("/admin/v1/reports/{}", story.id)).await.ok();

        let ward = report["ward"].as_str().unwrap();
        assert_eq!(report["proposedAgency"], format!("HUE-W{ward}"));
        city.settle().await;
    });
}

#[test]
fn a_photo_that_is_not_ones_own_is_refused_and_the_key_stays_free() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let photo = json!({ "photoIds": ["pho_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d"] });

        let refused = resident.post(FILE, &with(filing("first-key"), &photo)).await;
        let without = resident.post(FILE, &filing("first-key")).await;

        assert_eq!(
            (refused.code().as_str(), refused.fields()),
            ("UPLOAD_UNKNOWN", vec!["/photoIds/0".to_owned()])
        );
        taken(&without);
        city.settle().await;
    });
}
