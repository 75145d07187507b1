//! What is thrown away, and what is not.

use chrono::Duration;
use city_testkit::run;

use crate::subject::{Counting, count, effects, execute, push, redis, take_dead_letters};

#[test]
fn only_sent_events_of_more_than_two_weeks_go() {
    run::<Counting>(async |city| {
        push(city, "Counted", [1, 2]).await;
        city.settle().await;
        push(city, "Counted", [3]).await; // not sent while the relay is away
        city.clock().advance(Duration::days(15));
        push(city, "Counted", [4]).await;

        city.step("pruner").await.unwrap();

        assert_eq!(count(city, "select count(*) from outbox").await, 2);
        city.settle().await;
        assert_eq!(effects(city).await, [1, 2, 3, 4], "what was old and unsent was sent");
        assert_eq!(count(city, "select count(*) from outbox").await, 1, "and then went too");
    });
}

#[test]
fn applied_events_are_remembered_longer_than_they_can_come_again() {
    run::<Counting>(async |city| {
        push(city, "Counted", [1]).await;
        city.settle().await;

        city.clock().advance(Duration::days(29));
        city.settle().await;
        let after_29_days = count(city, "select count(*) from inbox").await;
        city.clock().advance(Duration::days(2));
        city.settle().await;

        assert_eq!((after_29_days, count(city, "select count(*) from inbox").await), (1, 0));
    });
}

#[test]
fn an_emptied_outbox_does_not_make_the_stream_look_lost() {
    run::<Counting>(async |city| {
        push(city, "Counted", [1]).await;
        city.settle().await;
        city.clock().advance(Duration::days(15));
        city.settle().await;

        redis::<i64>(city, &["DEL", "STREAM"]).await;
        push(city, "Counted", [2]).await;
        city.settle().await;

        assert_eq!(effects(city).await, [1, 2]);
    });
}

#[test]
fn keys_are_kept_for_the_days_the_service_says() {
    run::<Counting>(async |city| {
        let insert = "insert into idempotency (caller, key, request_sha256, answer, created_at)
            values ('a', 'old', '', 'null', '2026-02-24T00:00:00Z'), ('a', 'new', '', 'null', '2026-03-03T00:00:00Z')";
        execute(city, insert).await;

        city.settle().await;

        assert_eq!(count(city, "select count(*) from idempotency where key = 'new'").await, 1);
        assert_eq!(count(city, "select count(*) from idempotency").await, 1);
    });
}

#[test]
fn dead_letters_stay_until_somebody_looked() {
    run::<Counting>(async |city| {
        push(city, "Poison", [1]).await;
        city.settle().await;

        city.clock().advance(Duration::days(400));
        city.settle().await;

        assert_eq!(take_dead_letters(city).await.len(), 1);
    });
}
