//! Gates and states: who can use a service just now, and what the others are told.

use chrono::Duration;
use city_clock::Clock as _;
use city_testkit::{Answer, Character, run};
use serde_json::{Value, json};

use super::story::Story;
use crate::subject::Catalogue;

/// The answers of list, single read and opening for one app.
async fn three(who: &Character, key: &str, client: Value) -> [Value; 3] {
    let one = who
        .post("/internal/v1/service", &json!({ "code": "street-lamps", "client": client }))
        .await
        .ok();
    let list =
        who.post("/internal/v1/services", &json!({ "first": 50, "client": client })).await.ok();
    let list = list["edges"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|edge| edge["node"]["code"] == "street-lamps");
    let opened = json!({ "idempotencyKey": key, "code": "street-lamps", "client": client });
    let opened = who.post("/internal/v1/open-service", &opened).await;
    let reason = if opened.status() == "200 OK" {
        Value::Null
    } else {
        assert_eq!(
            (opened.status().as_str(), opened.code().as_str()),
            ("409 Conflict", "NOT_USABLE")
        );
        opened.json()["details"]["reason"].clone()
    };
    let reason_of =
        |service: &Value| service["availability"].get("reason").cloned().unwrap_or_default();
    [reason_of(&one), reason_of(&list.expect("it is listed")["node"]), reason]
}

async fn gated(story: &Story<'_>, gates: Value) -> Answer {
    let body = json!({ "version": story.version, "gates": gates });
    let key = story.key();
    let headers = [("idempotency-key", key.as_str())];
    story.publisher.send(http::Method::PUT, &story.path("gates"), Some(&body), &headers).await
}

#[test]
fn missing_or_malformed_headers_are_not_usable_with_one_reason_everywhere() {
    run::<Catalogue>(async |city| {
        let story = Story::live(city).await;
        gated(&story, json!([{ "platform": "IOS", "minApp": "1.9", "rolloutPct": 100 }]))
            .await
            .ok();
        city.settle().await;
        let resident = city.resident();
        let good = json!({ "platform": "IOS", "appVersion": "1.10", "osVersion": "17.1" });
        let with = |member: &str, value: Value| {
            let mut client = good.clone();
            client[member] = value;
            client
        };
        let wrong = [
            json!({}),
            with("platform", Value::Null),
            with("platform", json!("ANDROID")),
            with("appVersion", json!("1.8")),
            with("appVersion", json!("1.10-beta")),
            with("osVersion", json!("")),
        ];

        for (number, client) in wrong.into_iter().enumerate() {
            let reasons = three(&resident, &format!("open-key-{number}"), client.clone()).await;
            assert_eq!(reasons, ["NOT_FOR_THIS_APP_VERSION"; 3].map(Value::from), "{client}");
        }
        assert_eq!(
            three(&resident, "open-key-good", good).await,
            [Value::Null, Value::Null, Value::Null]
        );
        city.settle().await;
    });
}

#[test]
fn a_share_of_people_only_grows_and_nobody_in_particular_waits_for_all() {
    run::<Catalogue>(async |city| {
        let mut story = Story::live(city).await;
        let client = json!({ "platform": "WEB", "appVersion": "1", "osVersion": "1" });
        let people: Vec<_> = (0..12).map(|_| city.resident()).collect();
        let mut before = vec![false; people.len()];

        for pct in [0, 30, 60, 100] {
            let set = gated(&story, json!([{ "platform": "WEB", "rolloutPct": pct }])).await.ok();
            story.version = set["version"].as_i64().expect("a version");
            city.settle().await;
            let body = json!({ "code": "street-lamps", "client": client });
            let anonymous = city.anonymous().post("/internal/v1/service", &body).await.ok();
            assert_eq!(anonymous["availability"]["usable"], json!(pct == 100), "{pct}");
            for (who, was) in people.iter().zip(&mut before) {
                let now = who.post("/internal/v1/service", &body).await.ok()["availability"]["usable"]
                    == true;
                assert!(now || !*was, "{pct}: nobody falls out");
                *was = now;
            }
        }
        assert!(before.into_iter().all(|usable| usable));
    });
}

#[test]
fn maintenance_shows_text_end_and_fallback_and_so_does_the_status_file() {
    run::<Catalogue>(async |city| {
        let story = Story::live(city).await;
        let (resident, now) = (city.resident(), city.clock().now());
        let end = now + Duration::hours(2);
        let body = json!({
            "state": "MAINTENANCE", "from": now + Duration::hours(1), "to": end,
            "text": { "vi": "Đang bảo trì", "en": "Maintenance" },
            "fallbackChannel": "PHONE", "fallbackAgency": "HUE-IOC",
        });
        let path = story.path("status");

        let set = story.publisher.post_once(&path, "status-key", &body).await.ok();
        let again = story.publisher.post_once(&path, "status-key", &body).await.ok();
        city.settle().await;
        let before = three(&resident, "open-key-before", json!({})).await;
        city.clock().advance(Duration::hours(1));
        let during = three(&resident, "open-key-during", json!({})).await;
        let seen = story.found(&resident).await["availability"].clone();
        let file = city.anonymous().get("/.well-known/catalogue-status.json").await;
        let home = resident.post("/internal/v1/service-home", &json!({})).await.ok();
        city.clock().advance(Duration::hours(1));
        let after = three(&resident, "open-key-after", json!({})).await;

        assert_eq!(again, set);
        assert_eq!(
            (before, after),
            ([Value::Null, Value::Null, Value::Null], [Value::Null, Value::Null, Value::Null])
        );
        assert_eq!(during, ["MAINTENANCE"; 3].map(Value::from));
        assert_eq!((&seen["notice"]["vi"], &seen["until"]), (&json!("Đang bảo trì"), &json!(end)));
        assert_eq!(
            (&seen["fallback"]["channel"], &seen["fallback"]["agencyCode"]),
            (&json!("PHONE"), &json!("HUE-IOC"))
        );
        assert_eq!(file.header("cache-control"), "public, max-age=30");
        let file = file.json();
        let services = file["services"].as_array().expect("a list");
        let row = services
            .iter()
            .find(|row| row["code"] == "street-lamps")
            .expect("a row of each public service");
        assert_eq!(
            (&row["state"], &row["text"]["vi"]),
            (&json!("MAINTENANCE"), &json!("Đang bảo trì"))
        );
        assert_eq!(
            (&row["until"], &row["fallback"]["agencyCode"]),
            (&json!(end), &json!("HUE-IOC"))
        );
        assert!(services.iter().any(|row| row["state"] == "UP"));
        assert_eq!(home["notices"][0]["code"], "street-lamps");
        let announced = sqlx::query_scalar!(
            "select count(*) from catalogue.outbox where kind = 'ServiceStatusChanged'"
        );
        assert_eq!(announced.fetch_one(city.db()).await.expect("it can be counted"), Some(1));
    });
}

#[test]
fn the_status_file_needs_no_token() {
    run::<Catalogue>(async |city| {
        use tower::ServiceExt as _;

        let request = http::Request::get("/.well-known/catalogue-status.json")
            .body(axum::body::Body::empty());
        let answer = city
            .router()
            .oneshot(request.expect("it is a request"))
            .await
            .expect("it can be counted");

        assert_eq!(answer.status(), 200);
    });
}

#[test]
fn wrong_gates_and_states_are_named_at_once() {
    run::<Catalogue>(async |city| {
        let story = Story::live(city).await;
        let gates = json!([{ "platform": "IOS", "minApp": "1.x", "rolloutPct": 101,
                             "from": "2026-03-05T00:00:00Z", "to": "2026-03-04T00:00:00Z" }]);

        let gate = gated(&story, gates).await;
        let state = json!({ "state": "DOWN", "to": "2020-01-01T00:00:00Z", "fallbackAgency": "HUE-NOBODY" });
        let state = story.publisher.post_once(&story.path("status"), "status-key", &state).await;
        let editor = story
            .editor
            .post_once(&story.path("status"), "status-key", &json!({ "state": "UP" }))
            .await;

        assert_eq!(gate.fields(), ["/gates/0/minApp", "/gates/0/rolloutPct", "/gates/0/to"]);
        assert_eq!(state.fields(), ["/text", "/to", "/fallbackAgency"]);
        assert_eq!(editor.code(), "SCOPE");
        city.settle().await;
    });
}
