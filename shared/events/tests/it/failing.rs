//! Events that cannot be applied.

use city_boot::Progress;
use city_testkit::run;

use crate::subject::{Counting, RELAY, effects, push, redis, storm, take_dead_letters};

#[test]
fn what_is_away_is_waited_for_however_long_it_takes() {
    run::<Counting>(async |city| {
        push(city, "Counted", [1]).await;
        city.step(RELAY).await.unwrap();
        storm(city, true).await;

        for _ in 0..30 {
            city.step("counter").await.unwrap_err();
        }
        storm(city, false).await;
        city.settle().await;

        assert_eq!(effects(city).await, [1]);
        assert_eq!(take_dead_letters(city).await, Vec::<String>::new());
    });
}

#[test]
fn a_fault_is_buried_at_the_eighth_try_and_what_follows_goes_on() {
    run::<Counting>(async |city| {
        push(city, "Fault", [1]).await;
        push(city, "Counted", [2]).await;
        city.step(RELAY).await.unwrap();

        for _ in 0..7 {
            city.step("counter").await.unwrap_err();
        }
        assert!(effects(city).await.is_empty(), "order is kept while it may still pass");
        assert_eq!(city.step("counter").await.unwrap(), Progress::Worked);

        assert_eq!(effects(city).await, [2]);
        assert_eq!(take_dead_letters(city).await, ["a fault that may pass: a bug"]);
    });
}

#[test]
fn poison_is_buried_at_once() {
    run::<Counting>(async |city| {
        push(city, "Poison", [1]).await;
        push(city, "Counted", [2]).await;
        city.step(RELAY).await.unwrap();

        city.step("counter").await.unwrap();

        assert_eq!(effects(city).await, [2]);
        assert_eq!(take_dead_letters(city).await, ["it can never be applied: it is poison"]);
    });
}

#[test]
fn each_fault_has_eight_tries_of_its_own() {
    run::<Counting>(async |city| {
        push(city, "Fault", [1, 2]).await;
        city.step(RELAY).await.unwrap();

        let mut failed = 0;
        while take_progress(city).await.is_none_or(|progress| progress == Progress::Worked) {
            failed += 1;
            assert!(failed < 40, "it never ends");
        }

        assert_eq!(take_dead_letters(city).await.len(), 2);
        assert_eq!(
            failed, 15,
            "7 failed steps, the eighth buries one and fails at the other, 6 more, and one buries it"
        );
    });
}

/// What a step of the consumer found; none when it failed.
async fn take_progress(city: &city_testkit::City<Counting>) -> Option<Progress> {
    city.step("counter").await.ok()
}

#[test]
fn an_entry_that_is_no_event_is_skipped() {
    run::<Counting>(async |city| {
        redis::<String>(city, &["XADD", "STREAM", "*", "envelope", "{}"]).await;
        redis::<String>(city, &["XADD", "STREAM", "*", "other", "x"]).await;
        push(city, "Counted", [1]).await;

        city.settle().await;

        assert_eq!(effects(city).await, [1]);
    });
}
