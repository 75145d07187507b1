//! Redis loses data; no event is lost and none takes effect twice. Reliability bar F5, as far as events go.

use city_testkit::run;

use crate::subject::{Counting, RELAY, effects, entries, push, redis, storm, stream};

#[test]
fn f05_all_of_redis_lost_before_anybody_read_it_loses_nothing() {
    run::<Counting>(async |city| {
        push(city, "Counted", 0..250).await;
        for _ in 0..3 {
            city.step(RELAY).await.unwrap();
        }
        assert_eq!(entries(city).await.len(), 250);

        redis::<i64>(city, &["DEL", "STREAM"]).await;
        push(city, "Counted", [250]).await;
        city.settle().await;

        assert_eq!(effects(city).await, (0..=250).collect::<Vec<_>>());
    });
}

#[test]
fn f05_all_of_redis_lost_while_nothing_happens_is_noticed() {
    run::<Counting>(async |city| {
        push(city, "Counted", 0..3).await;
        city.step(RELAY).await.unwrap();

        redis::<i64>(city, &["DEL", "STREAM"]).await;
        city.settle().await; // nothing new was written

        assert_eq!(effects(city).await, [0, 1, 2]);
    });
}

#[test]
fn f05_all_of_redis_lost_after_everything_was_read_repeats_no_effect() {
    run::<Counting>(async |city| {
        push(city, "Counted", 0..3).await;
        city.settle().await;

        redis::<i64>(city, &["DEL", "STREAM"]).await;
        city.settle().await;

        assert_eq!(entries(city).await.len(), 3, "the stream was refilled");
        assert_eq!(effects(city).await, [0, 1, 2]);
    });
}

#[test]
fn f05_redis_that_comes_back_older_gets_exactly_what_it_forgot() {
    run::<Counting>(async |city| {
        push(city, "Counted", [0, 1]).await;
        city.settle().await;
        let snapshot: Vec<u8> = redis(city, &["DUMP", "STREAM"]).await;
        let before = entries(city).await;
        push(city, "Counted", [2, 3]).await;
        city.step(RELAY).await.unwrap();

        let mut restore = redis::cmd("RESTORE");
        restore.arg(stream(city)).arg(0).arg(snapshot).arg("REPLACE");
        city.infra().redis.run::<()>(&restore).await.unwrap();
        city.settle().await;

        let after = entries(city).await;
        assert_eq!(after[..2], before, "what it still had is not sent again");
        assert_eq!(after.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(effects(city).await, [0, 1, 2, 3]);
    });
}

#[test]
fn f05_an_older_redis_whose_group_had_read_further_repeats_no_effect() {
    run::<Counting>(async |city| {
        push(city, "Counted", [0, 1]).await;
        city.step(RELAY).await.unwrap();
        let snapshot: Vec<u8> = redis(city, &["DUMP", "STREAM"]).await; // the group does not exist yet
        push(city, "Counted", [2]).await;
        city.settle().await;

        let mut restore = redis::cmd("RESTORE");
        restore.arg(stream(city)).arg(0).arg(snapshot).arg("REPLACE");
        city.infra().redis.run::<()>(&restore).await.unwrap();
        city.settle().await;
        push(city, "Counted", [3]).await;
        city.settle().await;

        assert_eq!(effects(city).await, [0, 1, 2, 3]);
    });
}

#[test]
fn a_lost_group_is_made_again_and_repeats_no_effect() {
    run::<Counting>(async |city| {
        push(city, "Counted", [0]).await;
        city.settle().await;

        redis::<i64>(city, &["XGROUP", "DESTROY", "STREAM", "gateway.counter"]).await;
        push(city, "Counted", [1]).await;
        city.settle().await;

        assert_eq!(effects(city).await, [0, 1]);
    });
}

#[test]
fn trimming_what_was_read_is_no_loss() {
    run::<Counting>(async |city| {
        push(city, "Counted", 0..5).await;
        city.settle().await;

        redis::<i64>(city, &["XTRIM", "STREAM", "MAXLEN", "0"]).await;
        push(city, "Counted", [5]).await;
        city.settle().await;

        assert_eq!(entries(city).await.len(), 1, "nothing was sent again");
        assert_eq!(effects(city).await, [0, 1, 2, 3, 4, 5]);
    });
}

#[test]
fn an_entry_deleted_under_its_reader_does_not_stop_what_follows() {
    run::<Counting>(async |city| {
        push(city, "Counted", [0]).await;
        city.step(RELAY).await.unwrap();
        storm(city, true).await;
        city.step("counter").await.unwrap_err(); // read and not settled
        let id = entries(city).await[0].0.clone();

        redis::<i64>(city, &["XDEL", "STREAM", &id]).await;
        storm(city, false).await;
        push(city, "Counted", [1]).await;
        city.settle().await;

        assert_eq!(effects(city).await, [1]);
    });
}
