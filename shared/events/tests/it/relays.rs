//! Several relays of one service.

use city_boot::{Progress, Worker as _};
use city_events::Relay;
use city_testkit::run;

use crate::subject::{Counting, RELAY, effects, entries, hold_up_recording, push, redis, relay};

async fn until_idle(relay: &Relay) {
    while relay.step().await.expect("a relay steps") == Progress::Worked {
        tokio::task::yield_now().await;
    }
}

#[test]
fn two_relays_at_once_send_everything_once() {
    run::<Counting>(async |city| {
        let (one, other) = (relay(city.infra()), relay(city.infra()));
        push(city, "Counted", 0..950).await;

        tokio::join!(until_idle(&one), until_idle(&other));
        until_idle(&one).await; // one may have stopped while the other held the rest

        let numbers: Vec<_> = entries(city).await.into_iter().map(|(_, number)| number).collect();
        assert_eq!(numbers, (0..950).collect::<Vec<_>>(), "each once, in order");
        city.settle().await;
        assert_eq!(effects(city).await.len(), 950);
    });
}

#[test]
fn one_relay_keeps_the_order_of_commits() {
    run::<Counting>(async |city| {
        for number in 0..30 {
            push(city, "Counted", [number]).await;
        }
        push(city, "Counted", 30..250).await;

        city.settle().await;

        assert_eq!(
            entries(city).await.into_iter().map(|(_, number)| number).collect::<Vec<_>>(),
            (0..250).collect::<Vec<_>>()
        );
        assert_eq!(effects(city).await, (0..250).collect::<Vec<_>>());
    });
}

#[test]
fn f05_two_relays_and_a_redis_that_forgets_again_and_again_lose_nothing() {
    run::<Counting>(async |city| {
        let (one, other) = (relay(city.infra()), relay(city.infra()));
        for round in 0..20 {
            push(city, "Counted", (round * 50)..(round * 50 + 50)).await;
            let forget = async {
                for _ in 0..3 {
                    redis::<i64>(city, &["DEL", "STREAM"]).await;
                    tokio::task::yield_now().await;
                }
            };
            let (first, second, ()) = tokio::join!(one.step(), other.step(), forget);
            first.and(second).unwrap();
        }

        city.settle().await;

        let mut numbers = effects(city).await;
        numbers.sort_unstable();
        assert_eq!(numbers, (0..1000).collect::<Vec<_>>());
    });
}

/// One relay has appended and not yet recorded when Redis loses everything. If another went on meanwhile, the stream would
/// be past the positions that the first then records, and nobody would see that they are gone.
#[test]
fn f05_a_relay_between_appending_and_recording_is_not_overtaken() {
    run::<Counting>(async |city| {
        let slow = relay(city.infra());
        push(city, "Counted", 0..150).await;
        let blocker = hold_up_recording(city).await;

        let meanwhile = async {
            while entries(city).await.is_empty() {
                tokio::task::yield_now().await; // until it has appended
            }
            redis::<i64>(city, &["DEL", "STREAM"]).await;
            let overtaking = city.step(RELAY).await;
            blocker.rollback().await.unwrap();
            overtaking
        };
        let (recorded, overtaking) = tokio::join!(slow.step(), meanwhile);

        assert_eq!(recorded.unwrap(), Progress::Worked);
        overtaking.unwrap();
        city.settle().await;
        let mut numbers = effects(city).await;
        numbers.sort_unstable();
        assert_eq!(numbers, (0..150).collect::<Vec<_>>());
    });
}
