//! What staff may do, and what they see.

use chrono::Duration;
use city_auth::Scope;
use serde_json::{Value, json};

use crate::Reports;
use crate::story::{ENVIRONMENT, Story, filing, taken, with};

#[test]
fn an_officer_of_another_agency_is_out_of_scope() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed(city).await.accepted().await;
        let other = city.officer("HUE-SXD");

        let answer = story.tried(&other, "start", json!({})).await;

        assert_eq!((answer.status().as_str(), answer.code().as_str()), ("403 Forbidden", "SCOPE"));
        city.settle().await;
    });
}

#[test]
fn an_officer_does_not_triage_and_triage_does_not_resolve() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed(city).await;
        let (officer, ioc) = (story.officer.clone(), story.ioc.clone());

        let accepted = story.tried(&officer, "accept", json!({})).await;
        story.done(&ioc, "accept", json!({})).await;
        let resolved = story.tried(&ioc, "resolve", json!({ "result": "x" })).await;
        let resident = story.tried(&story.resident.clone(), "start", json!({})).await;

        assert_eq!((accepted.code().as_str(), resolved.code().as_str()), ("SCOPE", "SCOPE"));
        assert_eq!(resident.status(), "403 Forbidden");
        city.settle().await;
    });
}

#[test]
fn an_old_version_is_stale_and_says_the_present_one() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed(city).await.accepted().await;
        story.version = 1;

        let answer = story.tried(&story.officer.clone(), "start", json!({})).await;

        assert_eq!((answer.status().as_str(), answer.code().as_str()), ("409 Conflict", "STALE"));
        assert_eq!(answer.json()["details"]["version"], 2);
        city.settle().await;
    });
}

#[test]
fn an_action_that_the_state_does_not_have_is_refused_and_changes_nothing() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed(city).await.accepted().await;
        let admin = city.admin();
        let text = json!({ "text": "x", "reason": "OTHER", "agency": ENVIRONMENT });
        let before = story.seen().await;

        for action in ["accept", "reject", "resume", "approve", "send-back", "grant", "refuse"] {
            let answer = story.tried(&admin, action, text.clone()).await;
            assert_eq!(
                (answer.status().as_str(), answer.code().as_str()),
                ("409 Conflict", "STATE"),
                "{action}"
            );
        }

        assert_eq!(story.seen().await, before);
        city.settle().await;
    });
}

#[test]
fn a_repeated_action_gets_the_first_answer() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed(city).await;
        let (path, body) = (story.action("accept"), json!({ "version": 1 }));

        let first = story.ioc.post_once(&path, "accept-key", &body).await.ok();
        let again = story.ioc.post_once(&path, "accept-key", &body).await.ok();
        let other = story.ioc.post_once(&path, "accept-key", &json!({ "version": 2 })).await;
        let without = story.ioc.post(&path, &body).await;

        assert_eq!(again, first);
        assert_eq!(
            (other.code().as_str(), without.code().as_str()),
            ("KEY_REUSED", "IDEMPOTENCY_KEY")
        );
        city.settle().await;
    });
}

#[test]
fn every_missing_member_of_an_action_is_named() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed(city).await.accepted().await.started().await;
        let (officer, admin) = (story.officer.clone(), city.admin());

        assert_eq!(
            story.tried(&officer, "hold", json!({})).await.fields(),
            ["/thirdParty", "/until"]
        );
        assert_eq!(
            story.tried(&officer, "return", json!({})).await.fields(),
            ["/reason", "/suggestedAgency"]
        );
        assert_eq!(story.tried(&admin, "reject", json!({})).await.fields(), ["/reason", "/text"]);
        assert_eq!(story.tried(&admin, "grant", json!({})).await.fields(), ["/agency", "/text"]);
        assert_eq!(
            story.tried(&officer, "resolve", json!({ "result": " " })).await.fields(),
            ["/result"]
        );
        assert_eq!(
            story.tried(&admin, "reassign", json!({ "agency": "HUE-NOBODY" })).await.fields(),
            ["/agency"]
        );
        assert_eq!(story.tried(&officer, "explode", json!({})).await.status(), "404 Not Found");
        city.settle().await;
    });
}

#[test]
fn a_rejection_outside_the_remit_names_whose_it_is() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed(city).await;
        let ioc = story.ioc.clone();
        let reason = json!({ "reason": "NOT_IN_REMIT", "text": "Thuộc thẩm quyền của tỉnh khác" });

        let unnamed = story.tried(&ioc, "reject", reason.clone()).await;
        story.done(&ioc, "reject", with(reason, &json!({ "whose": "Tỉnh Quảng Trị" }))).await;

        assert_eq!(
            (unnamed.status().as_str(), unnamed.code().as_str()),
            ("422 Unprocessable Entity", "REMIT_UNNAMED")
        );
        let seen = story.seen().await;
        assert_eq!(
            (&seen["state"], &seen["reason"]["code"]),
            (&json!("REJECTED"), &json!("NOT_IN_REMIT"))
        );
        assert_eq!(seen["reason"]["text"], "Thuộc thẩm quyền của tỉnh khác");
        city.settle().await;
    });
}

#[test]
fn a_report_whose_category_asks_for_an_after_photo_is_not_resolved_without() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed_as(city, "lighting.lamp-out", "HUE-SXD")
            .await
            .accepted()
            .await
            .started()
            .await;
        let officer = story.officer.clone();
        let result = json!({ "result": "Đã thay bóng đèn" });

        let missing = story.tried(&officer, "resolve", result.clone()).await;
        after_photo(&story, "AWAITED").await;
        let not_ready = story.tried(&officer, "resolve", result.clone()).await;
        ready(&story).await;
        let resolved = story.done(&officer, "resolve", result).await;

        assert_eq!(
            (missing.code().as_str(), not_ready.code().as_str()),
            ("AFTER_PHOTO_MISSING", "AFTER_PHOTO_NOT_READY")
        );
        assert_eq!(resolved["state"], "RESOLVED");
        city.settle().await;
    });
}

async fn after_photo(story: &Story<'_>, state: &str) {
    sqlx::query!(
        "insert into reports.photo (id, owner, purpose, report, no, content_type, byte_length, state, next_at, created_at)
         select gen_random_uuid(), gen_random_uuid(), 'AFTER', id, 1, 'image/jpeg', 1, $1, 'infinity', filed_at
         from reports.report",
        state
    )
    .execute(story.city.db())
    .await
    .expect("a photo can be added");
}

async fn ready(story: &Story<'_>) {
    sqlx::query!(
        "update reports.photo set state = 'READY', width = 1, height = 1, media_key = 'k', original_sha256 = sha256('a'),
             full_sha256 = sha256('b')"
    )
    .execute(story.city.db())
    .await
    .expect("a photo can be made ready");
}

#[test]
fn the_work_list_holds_what_lies_in_scope_by_due() {
    city_testkit::run::<Reports>(async |city| {
        let roads = Story::filed_as(city, "road.pavement", "HUE-SXD").await.accepted().await; // ten days
        let lamps = Story::filed_as(city, "lighting.lamp-out", "HUE-SXD").await.accepted().await; // five
        let smoke = Story::filed(city).await.accepted().await;
        let waiting = Story::filed(city).await;
        let ids = async |who: &city_testkit::Character, query: &str| -> Vec<Value> {
            let page = who.get(&format!("/admin/v1/reports{query}")).await.ok();
            page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
        };
        let (roads_officer, all) = (roads.officer.clone(), city.coordinator());
        let ward = city.staff().with_role("OFFICER", Scope::Ward("19753".to_owned()));
        let parent = city.officer("HUE-UBND");

        assert_eq!(ids(&roads_officer, "").await, [json!(lamps.id), json!(roads.id)]);
        assert_eq!(ids(&smoke.officer, "?state=ASSIGNED").await, [json!(smoke.id)]);
        assert_eq!(ids(&all, "?state=SUBMITTED").await, [json!(waiting.id)]);
        assert_eq!(ids(&all, "?agency=HUE-SXD&category=road").await, [json!(roads.id)]);
        assert_eq!(ids(&all, "?sort=filed&first=100").await.len(), 4);
        assert_eq!(ids(&all, "?sort=updated&assignee=none&open=true").await.len(), 4);
        assert_eq!(ids(&roads_officer, "?agency=HUE-SNNMT").await, [] as [Value; 0]);
        assert_eq!(ids(&roads_officer, "?assignee=me").await, [] as [Value; 0]);
        assert_eq!(ids(&ward, "").await.len() + ids(&ward, "?open=false").await.len(), 0);
        assert_eq!(ids(&parent, "?sort=filed").await.len(), 3); // the committee's departments, nothing unassigned
        city.clock().advance(Duration::days(10));
        assert_eq!(ids(&roads_officer, "?overdue=true").await, [json!(lamps.id)]);
        assert_eq!(ids(&roads_officer, "?overdue=false").await, [json!(roads.id)]);
        city.settle().await;
    });
}

#[test]
fn the_work_list_is_paged_without_repeating_or_skipping() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        for number in 0..7 {
            taken(
                &resident
                    .post("/internal/v1/file-report", &filing(&format!("number-{number}")))
                    .await,
            );
        }
        let ioc = city.coordinator();
        for sort in ["due", "filed", "updated"] {
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let page =
                    ioc.get(&format!("/admin/v1/reports?sort={sort}&first=3{after}")).await.ok();
                seen.extend(
                    page["items"].as_array().unwrap().iter().map(|item| item["id"].to_string()),
                );
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert_eq!(seen.len(), 7, "{sort}");
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 7, "{sort}");
        }
        city.settle().await;
    });
}

#[test]
fn what_stopped_reports_have_no_due_comes_last_and_is_not_lost() {
    city_testkit::run::<Reports>(async |city| {
        let mut held = Story::filed(city).await.accepted().await.started().await;
        let until = held.now() + Duration::days(3);
        held.done(&held.officer.clone(), "hold", json!({ "thirdParty": "x", "until": until }))
            .await;
        let running = Story::filed(city).await.accepted().await;

        let first = held.officer.get("/admin/v1/reports?first=1").await.ok();
        let after = first["next"].as_str().unwrap();
        let second =
            held.officer.get(&format!("/admin/v1/reports?first=1&after={after}")).await.ok();

        assert_eq!(
            (&first["items"][0]["id"], &second["items"][0]["id"]),
            (&json!(running.id), &json!(held.id))
        );
        assert_eq!(second["next"], Value::Null);
        city.settle().await;
    });
}

#[test]
fn wrong_parameters_of_the_work_list_are_named_at_once() {
    city_testkit::run::<Reports>(async |city| {
        let query =
            "?state=LOST&agency=x&category=nothing&ward=1&assignee=you&sort=luck&first=101&after=x";

        let answer = city.coordinator().get(&format!("/admin/v1/reports{query}")).await;
        let unknown = city.coordinator().get("/admin/v1/reports?colour=red").await;
        let powerless = city.staff().get("/admin/v1/reports").await;

        let mut fields = answer.fields();
        fields.sort_unstable();
        assert_eq!(
            fields,
            ["/after", "/agency", "/assignee", "/category", "/first", "/sort", "/state", "/ward"]
        );
        assert_eq!((unknown.code().as_str(), powerless.code().as_str()), ("INPUT", "SCOPE"));
    });
}

#[test]
fn staff_see_whole_reports_of_their_scope_and_public_parts_of_listed_ones() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed_as(city, "pollution.noise", ENVIRONMENT).await;
        let path = format!("/admin/v1/reports/{}", story.id);
        let other = city.officer("HUE-SXD");

        let unlisted = other.get(&path).await;
        let story = story.accepted().await;
        let inside = story.officer.get(&path).await.ok();
        let outside = other.get(&path).await.ok();
        let timeline = story.officer.get(&format!("{path}/timeline")).await.ok();

        assert_eq!(unlisted.code(), "NOT_FOUND");
        assert_eq!((&inside["address"], &outside["address"]), (&json!("12 Lê Lợi"), &Value::Null));
        assert_ne!(inside["point"], outside["point"]);
        assert_eq!(
            (&timeline[1]["kind"], &timeline[1]["role"]),
            (&json!("ACCEPTED"), &json!("TRIAGE"))
        );
        let account = story.resident.account().as_uuid().simple().to_string();
        assert!(!inside.to_string().contains(&account) && !timeline.to_string().contains(&account));
        city.settle().await;
    });
}

#[test]
fn the_documented_routes_are_the_routes() {
    let document = serde_json::to_value(city_reports::openapi()).unwrap();

    let operations: Vec<_> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect();
    assert_eq!(operations.len(), 5);
    for (name, operation) in operations {
        assert_eq!(operation["x-city-service"], "reports", "{name}");
        assert!(operation["x-city-permission"].is_string(), "{name}");
    }
}
