//! The life of a report, on the manual clock.

use chrono::Duration;
use serde_json::{Value, json};

use crate::Reports;
use crate::story::{ENVIRONMENT, Story, taken};

#[test]
fn a_report_is_filed_accepted_started_resolved_rated_and_closed() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed(city).await.accepted().await.started().await.resolved().await;

        let resolved = story.seen().await;
        let closed = story.rated("rating-key", 4).await.ok();

        assert_eq!(
            (&resolved["state"], &resolved["canRate"], &resolved["canContest"]),
            (&json!("RESOLVED"), &json!(true), &json!(true))
        );
        assert_eq!(resolved["agency"]["code"], ENVIRONMENT);
        assert_eq!(resolved["result"], "Đã dập lửa và dọn bãi rác");
        assert_eq!(closed["state"], "CLOSED"); // satisfied, and nobody else follows
        assert_eq!(closed["rating"]["score"], 4);
        let kinds: Vec<_> =
            closed["timeline"].as_array().unwrap().iter().map(|row| row["kind"].clone()).collect();
        assert_eq!(kinds, ["FILED", "ACCEPTED", "STARTED", "RESOLVED", "RATED", "CLOSED"]);
        city.settle().await;
    });
}

#[test]
fn each_step_is_announced_by_its_name() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed(city).await.accepted().await.started().await.resolved().await;
        taken(&story.rated("rating-key", 5).await);

        let rows = sqlx::query!("select kind, body from reports.outbox order by seq")
            .fetch_all(city.db())
            .await
            .unwrap();

        let kinds: Vec<_> = rows.iter().map(|row| row.kind.as_str()).collect();
        let names = [
            "ReportFiled",
            "ReportAccepted",
            "ReportStarted",
            "ReportResolved",
            "ReportRated",
            "ReportClosed",
        ];
        assert_eq!(kinds, names);
        assert_eq!(
            (&rows[0].body["listed"], &rows[1].body["listed"]),
            (&json!(false), &json!(true))
        );
        assert_eq!((&rows[3].body["onTime"], &rows[4].body["score"]), (&json!(true), &json!(5)));
        city.settle().await;
    });
}

#[test]
fn a_bad_score_closes_nothing_and_can_be_changed() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed(city).await.accepted().await.started().await.resolved().await;

        let bad = story.rated("rating-one", 2).await.ok();
        let better = story.rated("rating-two", 3).await.ok();

        assert_eq!((&bad["state"], &bad["rating"]["score"]), (&json!("RESOLVED"), &json!(2)));
        assert_eq!((&better["state"], &better["rating"]["score"]), (&json!("CLOSED"), &json!(3)));
        city.settle().await;
    });
}

#[test]
fn a_hold_stops_the_clock_and_the_stopped_days_do_not_count() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed(city).await.accepted().await.started().await;
        let officer = story.officer.clone();
        let until = story.now() + Duration::days(20);
        let held = json!({ "thirdParty": "Điện lực Huế", "until": until });
        let held = story.done(&officer, "hold", held).await;
        city.clock().advance(Duration::days(7));
        let resumed = story.done(&officer, "resume", json!({})).await;

        assert_eq!((&held["state"], &held["dueAt"]), (&json!("ON_HOLD"), &Value::Null));
        // Day 1 of five is the day on which the work went on.
        assert_eq!(
            (&story.seen().await["firstDueAt"], &resumed["dueAt"]),
            (&json!("2026-03-11T10:00:00Z"), &json!("2026-03-17T10:00:00Z"))
        );
        city.settle().await;
    });
}

#[test]
fn an_agency_hands_back_and_the_due_stays() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed(city).await.accepted().await;
        let before = story.seen().await;
        let officer = story.officer.clone();

        let back = json!({ "reason": "WRONG_AGENCY", "suggestedAgency": "HUE-SXD" });
        let returned = story.done(&officer, "return", back).await;
        let accepted = story.done(&story.ioc.clone(), "accept", json!({})).await;

        assert_eq!((&returned["state"], &returned["agency"]), (&json!("SUBMITTED"), &Value::Null));
        assert_eq!(
            (&accepted["agency"], &accepted["dueAt"]),
            (&json!("HUE-SXD"), &before["dueAt"])
        );
        city.settle().await;
    });
}

#[test]
fn a_result_under_review_is_shown_once_somebody_else_approved_it() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed_as(city, "admin.conduct", "HUE-PVHCC")
            .await
            .accepted()
            .await
            .started()
            .await;
        // An officer who is a coordinator as well.
        let officer = story.officer.clone().with_role("IOC", city_auth::Scope::City);

        story.done(&officer, "resolve", json!({ "result": "Đã nhắc nhở cán bộ" })).await;
        let pending = story.seen().await;
        let own = story.tried(&officer, "approve", json!({})).await;
        story.done(&story.ioc.clone(), "approve", json!({})).await;
        let approved = story.seen().await;

        assert_eq!(
            (&pending["state"], &pending["result"]),
            (&json!("PENDING_REVIEW"), &Value::Null)
        );
        assert_eq!((own.status().as_str(), own.code().as_str()), ("403 Forbidden", "TWO_PERSONS"));
        assert_eq!(
            (&approved["state"], &approved["result"]),
            (&json!("RESOLVED"), &json!("Đã nhắc nhở cán bộ"))
        );
        city.settle().await;
    });
}

#[test]
fn a_contest_that_is_granted_starts_a_new_round() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed(city).await.accepted().await.started().await.resolved().await;

        let contested = story.contested("contest-key").await.ok();
        story.version = contested["version"].as_i64().unwrap();
        let grant = json!({ "agency": ENVIRONMENT, "text": "Kiểm tra lại hiện trường" });
        let granted = story.done(&story.ioc.clone(), "grant", grant).await;

        assert_eq!(contested["state"], "REOPEN_REQUESTED");
        assert_eq!(granted["state"], "ASSIGNED");
        assert_eq!(story.seen().await["clock"], "RUNNING");
        city.settle().await;
    });
}

#[test]
fn a_refused_contest_can_not_be_repeated() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed(city).await.accepted().await.started().await.resolved().await;
        let contested = story.contested("contest-key").await.ok();
        story.version = contested["version"].as_i64().unwrap();
        story.done(&story.ioc.clone(), "refuse", json!({ "text": "Ảnh cho thấy đã xử lý" })).await;

        let second = story.contested("contest-again").await;

        assert_eq!(
            (second.status().as_str(), second.code().as_str()),
            ("409 Conflict", "ALREADY_CONTESTED")
        );
        city.settle().await;
    });
}

#[test]
fn a_report_is_withdrawn_only_before_somebody_works_on_it() {
    city_testkit::run::<Reports>(async |city| {
        let early = Story::filed(city).await.accepted().await;
        let late = Story::filed(city).await.accepted().await.started().await;

        let withdrawn = early.withdrawn("withdraw-key").await.ok();
        let refused = late.withdrawn("withdraw-key").await;

        assert_eq!(
            (&withdrawn["state"], &withdrawn["clock"]),
            (&json!("WITHDRAWN"), &json!("ENDED"))
        );
        assert_eq!((refused.status().as_str(), refused.code().as_str()), ("409 Conflict", "STATE"));
        assert_eq!(early.seen_by(&city.anonymous()).await.code(), "NOT_FOUND");
        city.settle().await;
    });
}
