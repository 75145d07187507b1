//! What happens by itself.

use chrono::Duration;
use serde_json::json;

use crate::Reports;
use crate::story::{Story, taken};

#[test]
fn a_report_is_closed_when_the_contest_window_is_over_and_not_before() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed(city).await.accepted().await.started().await.resolved().await;

        city.clock().advance(Duration::days(7));
        city.settle().await;
        let last_instant = story.seen().await;
        city.clock().advance(Duration::microseconds(1));
        city.settle().await;
        let after = story.seen().await;

        assert_eq!(
            (&last_instant["state"], &last_instant["canContest"]),
            (&json!("RESOLVED"), &json!(true))
        );
        assert_eq!((&after["state"], &after["canContest"]), (&json!("CLOSED"), &json!(false)));
    });
}

#[test]
fn a_contest_in_the_last_instant_counts_and_one_a_microsecond_later_does_not() {
    city_testkit::run::<Reports>(async |city| {
        let (one, other) = (
            Story::filed(city).await.accepted().await.started().await.resolved().await,
            Story::filed(city).await.accepted().await.started().await.resolved().await,
        );

        city.clock().advance(Duration::days(7));
        let in_time = one.contested("contest-key").await;
        city.clock().advance(Duration::microseconds(1));
        let late = other.contested("contest-key").await;

        assert_eq!(in_time.ok()["state"], "REOPEN_REQUESTED");
        assert_eq!(late.code(), "CONTEST_CLOSED");
        city.settle().await;
    });
}

#[test]
fn a_rating_does_not_move_the_window() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed(city).await.accepted().await.started().await.resolved().await;
        city.clock().advance(Duration::days(6));
        taken(&story.rated("rating-key", 1).await);

        city.clock().advance(Duration::days(1) + Duration::microseconds(1));
        city.settle().await;

        assert_eq!(story.seen().await["state"], "CLOSED");
    });
}

#[test]
fn a_hold_ends_by_itself() {
    city_testkit::run::<Reports>(async |city| {
        let mut story = Story::filed(city).await.accepted().await.started().await;
        let until = story.now() + Duration::days(3);
        let held = json!({ "thirdParty": "Điện lực Huế", "until": until });
        story.done(&story.officer.clone(), "hold", held).await;

        city.clock().advance(Duration::days(3));
        city.settle().await;

        let report = story.seen().await;
        assert_eq!(
            (&report["state"], &report["clock"]),
            (&json!("IN_PROGRESS"), &json!("RUNNING"))
        );
        let stop =
            sqlx::query!(r#"select to_at from reports.stop"#).fetch_one(city.db()).await.unwrap();
        assert_eq!(stop.to_at, Some(until));
    });
}

#[test]
fn an_ended_report_leaves_the_map_after_ninety_days() {
    city_testkit::run::<Reports>(async |city| {
        Story::filed(city).await.accepted().await.started().await.resolved().await;

        city.clock().advance(Duration::days(90));
        city.settle().await;

        let on_map = sqlx::query_scalar!("select on_map from reports.report")
            .fetch_one(city.db())
            .await
            .unwrap();
        let timers = sqlx::query_scalar!(r#"select count(*) as "n!" from reports.timer"#)
            .fetch_one(city.db())
            .await;
        assert_eq!((on_map, timers.unwrap()), (false, 0));
    });
}
