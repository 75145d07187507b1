use std::cell::Cell;
use std::time::Duration;

use city_boot::RedisStore;
use city_gateway::limit::{Answer, Decision, Limits, Local, Refused, Rule, Shared, table};
use city_ids::Ids;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

fn store(url: &str) -> RedisStore {
    let prefix = format!("t{}:", u64::from_be_bytes(Ids::random().bytes()));
    RedisStore::open(url, &prefix).expect("the URL is one of Redis")
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(future)
}

/// A moment after the last one, or a step back of the clock, and the units asked for.
fn steps() -> impl Strategy<Value = Vec<(i64, u32)>> {
    vec((prop_oneof![9 => 0_i64..3_000_000, 1 => -600_000_000_i64..0], 1_u32..8), 1..40)
}

#[test]
fn redis_and_the_process_decide_alike() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shared = runtime.block_on(async {
        Shared::new(store(&city_testkit::redis_url()), Duration::from_secs(10))
    });
    let cases = Cell::new(0_u32);
    let mut runner =
        TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let rules = (1_u32..20, 1_000_i64..5_000_000);

    let outcome = runner.run(&(rules, steps()), |((burst, interval_us), steps)| {
        cases.set(cases.get() + 1);
        let (rule, local, key) =
            (Rule { burst, interval_us }, Local::with_room(10), format!("case{}", cases.get()));
        let mut now = 1_772_589_600_000_000_i64;
        for (after, units) in steps {
            now += after;
            let foreseen = runtime.block_on(shared.foresee(&key, rule, units, Some(now)));
            let by_redis = runtime.block_on(shared.decide(&key, rule, units, Some(now)));
            let by_process = match local.decide(now, [0; 16], rule, units) {
                Decision::Allow { .. } => Answer::Allow,
                Decision::Refuse { retry_after_us } => Answer::Refuse { retry_after_us },
            };
            prop_assert_eq!(by_redis, by_process);
            prop_assert_eq!(foreseen, by_process, "and foreseeing it took nothing");
        }
        Ok(())
    });

    outcome.unwrap();
}

#[test]
fn a_key_in_redis_expires_by_itself_and_names_nobody() {
    block_on(async {
        let redis = store(&city_testkit::redis_url());
        let limits = Limits::with_patience(redis.clone(), Duration::from_secs(10));

        limits.check(&table::CODE_ADDRESS, "203.0.113.9", 1).await.unwrap();

        let keys: Vec<String> = redis.run(redis::cmd("KEYS").arg(redis.key("rl:*"))).await.unwrap();
        assert_eq!(keys.len(), 1);
        assert!(
            keys[0].starts_with(&redis.key("rl:code-addr:")) && !keys[0].contains("203.0"),
            "{keys:?}"
        );
        let lives_ms: i64 = redis.run(redis::cmd("PTTL").arg(&keys[0])).await.unwrap();
        assert!(
            (1..=120_000).contains(&lives_ms),
            "one of thirty an hour comes back in two minutes: {lives_ms}"
        );
    });
}

#[test]
fn a_burst_passes_and_the_next_one_hears_how_long_to_wait() {
    block_on(async {
        let limits =
            Limits::with_patience(store(&city_testkit::redis_url()), Duration::from_secs(10));
        for _ in 0..10 {
            limits.check(&table::CODE_INSTALLATION, "a", 1).await.unwrap();
        }

        let refused = limits.check(&table::CODE_INSTALLATION, "a", 1).await.unwrap_err();

        assert!((350..=360).contains(&refused.retry_after_seconds()), "ten an hour: {refused:?}");
        assert_eq!(limits.check(&table::CODE_INSTALLATION, "b", 1).await, Ok(()));
    });
}

#[test]
fn without_redis_a_quarter_passes_and_closed_limits_refuse() {
    block_on(async {
        let nowhere = store("redis://127.0.0.1:1");
        let limits = Limits::with_patience(nowhere, Duration::from_millis(200));
        let mut passed = 0;
        while limits.check(&table::FILE_REPORT, "acc_1", 1).await.is_ok() {
            passed += 1;
        }

        assert_eq!(passed, 2, "a quarter of ten");
        assert_eq!(
            limits.check(&table::CODE_ADDRESS, "203.0.113.9", 1).await,
            Err(Refused::Closed)
        );
    });
}
