//! From outbox to effect.

use city_boot::{Progress, Worker as _};
use city_ids::ServiceName;
use city_testkit::run;

use crate::subject::{Counting, NAME, RELAY, consumer, effects, effects_at, entries, push, redis};

#[test]
fn an_event_takes_effect_once_however_often_it_is_delivered() {
    run::<Counting>(async |city| {
        push(city, "Counted", [1]).await;
        city.settle().await;
        let reply: redis::streams::StreamRangeReply =
            redis(city, &["XRANGE", "STREAM", "-", "+"]).await;
        let envelope = reply.ids[0].get::<String>("envelope").unwrap();

        for _ in 0..3 {
            redis::<String>(city, &["XADD", "STREAM", "*", "envelope", &envelope]).await;
        }
        city.settle().await;

        assert_eq!(effects(city).await, [1]);
    });
}

#[test]
fn an_event_whose_transaction_was_lost_is_never_sent() {
    run::<Counting>(async |city| {
        let infra = city.infra();
        let mut tx = infra.db.begin().await.unwrap();
        let event = city_contracts::event::Envelope::new(
            infra.ids.next(infra.clock.now()),
            "Counted",
            infra.clock.now(),
            serde_json::json!({ "number": 1 }),
        );
        city_events::outbox::push(&mut tx, &event).await.unwrap();
        tx.rollback().await.unwrap();

        city.settle().await;

        assert_eq!(entries(city).await, []);
        assert!(effects(city).await.is_empty());
    });
}

#[test]
fn every_group_gets_every_event() {
    run::<Counting>(async |city| {
        let other = consumer(city.infra(), "other", &[NAME], "one");
        push(city, "Counted", [1, 2]).await;
        city.settle().await;

        while other.step().await.unwrap() == Progress::Worked {}

        assert_eq!(effects(city).await, [1, 2]);
        assert_eq!(effects_at(city, "other").await, [1, 2]);
    });
}

#[test]
fn a_service_that_never_published_does_not_hold_up_the_others() {
    run::<Counting>(async |city| {
        let two_streams =
            consumer(city.infra(), "two-streams", &[ServiceName::Reports, NAME], "one");
        push(city, "Counted", [1]).await;
        city.settle().await;

        while two_streams.step().await.unwrap() == Progress::Worked {}

        assert_eq!(effects_at(city, "two-streams").await, [1]);
    });
}

#[test]
fn what_a_dead_instance_had_read_is_taken_over() {
    run::<Counting>(async |city| {
        push(city, "Counted", [1, 2]).await;
        city.step(RELAY).await.unwrap();
        redis::<()>(city, &["XGROUP", "CREATE", "STREAM", "gateway.counter", "0"]).await;
        let read = ["XREADGROUP", "GROUP", "gateway.counter", "dead", "STREAMS", "STREAM", ">"];
        redis::<redis::Value>(city, &read).await;
        for (id, _) in entries(city).await {
            // It read them an hour ago and was not heard of since.
            let age = [
                "XCLAIM",
                "STREAM",
                "gateway.counter",
                "dead",
                "0",
                &id,
                "IDLE",
                "3600000",
                "JUSTID",
            ];
            redis::<redis::Value>(city, &age).await;
        }

        city.settle().await;

        assert_eq!(effects(city).await, [1, 2]);
        let pending: redis::streams::StreamPendingReply =
            redis(city, &["XPENDING", "STREAM", "gateway.counter"]).await;
        assert_eq!(pending.count(), 0);
    });
}

#[test]
fn what_a_living_instance_is_working_on_is_left_to_it() {
    run::<Counting>(async |city| {
        push(city, "Counted", [1]).await;
        city.step(RELAY).await.unwrap();
        redis::<()>(city, &["XGROUP", "CREATE", "STREAM", "gateway.counter", "0"]).await;
        let read = ["XREADGROUP", "GROUP", "gateway.counter", "busy", "STREAMS", "STREAM", ">"];
        redis::<redis::Value>(city, &read).await;

        city.settle().await;

        assert!(effects(city).await.is_empty());
    });
}

#[test]
fn an_instance_that_comes_back_goes_on_with_what_it_had_read() {
    run::<Counting>(async |city| {
        push(city, "Counted", [1]).await;
        city.step(RELAY).await.unwrap();
        redis::<()>(city, &["XGROUP", "CREATE", "STREAM", "gateway.counter", "0"]).await;
        let read = ["XREADGROUP", "GROUP", "gateway.counter", "one", "STREAMS", "STREAM", ">"];
        redis::<redis::Value>(city, &read).await;

        city.settle().await;

        assert_eq!(effects(city).await, [1]);
    });
}
