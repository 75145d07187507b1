//! How many signed calls there may be, and how many badly signed ones are looked at.

use axum::Router;
use city_auth::Keyring;
use city_boot::{Infra, RedisStore};
use city_payments::{Config, build};
use city_testkit::{Answer, run};
use http::Method;
use serde_json::json;

use crate::shop::{Shop, System, shop};
use crate::subject::{Payments, config};
use crate::town::{Town, finance, new_id};

const ORDERS: &str = "/merchant/v1/orders";

/// Instances with one keyring and limits of their own.
struct Instances(Vec<Router>);

impl Instances {
    async fn start(city: &Town, count: usize, limits: impl Fn(Config) -> Config) -> Self {
        Self::over(city, count, limits, &city.infra().redis).await
    }

    /// The same with a Redis of their own.
    async fn over(
        city: &Town,
        count: usize,
        limits: impl Fn(Config) -> Config,
        redis: &RedisStore,
    ) -> Self {
        let name = city.db().connect_options().get_database().expect("a name").to_owned();
        let file = std::env::temp_dir().join(format!("keyring-{name}.json"));
        std::fs::write(&file, Keyring::generate(&city.infra().ids).to_json()).expect("it writes");
        let mut routers = Vec::new();
        for _ in 0..count {
            let config = limits(Config { keyring_file: Some(file.clone()), ..config() });
            let infra = Infra { redis: redis.clone(), ..city.infra().clone() };
            let service = build(config, infra).await.expect("it is built");
            routers.push(service.router(city.infra().ids.clone(), None));
        }
        std::fs::remove_file(&file).expect("it was there");
        Self(routers)
    }

    /// A key that is sealed with their keyring.
    async fn key(&self, city: &Town, shop: &Shop) -> System {
        let officer = finance(city).through(self.0[0].clone());
        let path = format!("/admin/v1/payments/merchants/{}/keys", shop.id);
        let key = officer.post_once(&path, &new_id(city), &json!({})).await.ok();
        let text = |member: &str| key[member].as_str().expect("it is text").to_owned();
        System { key: text("id"), secret: text("secret") }
    }

    async fn call(&self, city: &Town, at: usize, system: &System, address: &str) -> Answer {
        let door = city.anonymous().through(self.0[at].clone());
        system.call_through(city, &door, address, Method::GET, ORDERS, "").await
    }
}

fn forged(system: &System) -> System {
    System { key: system.key.clone(), secret: "mk_of_somebody_else".to_owned() }
}

/// Whether a call went well, was refused for its signature, or not looked at.
fn outcome(answer: &Answer) -> String {
    if answer.status() == "200 OK" { "OK".to_owned() } else { answer.code() }
}

#[test]
fn calls_of_a_key_are_counted_together_at_all_instances_and_by_nothing_else() {
    run::<Payments>(async |city: &Town| {
        let limits = |config| Config { merchant_burst: 4, merchant_per_minute: 1, ..config };
        let city_of = Instances::start(city, 2, limits).await;
        let (ours, other) = (shop(city, None).await, shop(city, None).await);
        let (ours, other) = (city_of.key(city, &ours).await, city_of.key(city, &other).await);

        for at in [0, 1, 0, 1] {
            assert_eq!(outcome(&city_of.call(city, at, &ours, "198.51.100.1").await), "OK");
        }
        for (at, address) in [(0, "198.51.100.1"), (1, "198.51.100.2")] {
            let over = city_of.call(city, at, &ours, address).await;
            assert_eq!(over.status(), "429 Too Many Requests");
            assert_eq!(over.code(), "RATE_LIMITED");
            let wait: u64 = over.header("retry-after").parse().expect("seconds");
            assert!((1..=60).contains(&wait), "one a minute: {wait}");
        }
        assert_eq!(outcome(&city_of.call(city, 0, &other, "198.51.100.1").await), "OK");
        // What is not signed takes nothing from the key.
        let forged = city_of.call(city, 0, &forged(&other), "198.51.100.9").await;
        assert_eq!(outcome(&forged), "SIGNATURE_INVALID");
        for _ in 0..3 {
            assert_eq!(outcome(&city_of.call(city, 0, &other, "198.51.100.1").await), "OK");
        }
        city.settle().await;
    });
}

#[test]
fn guessing_ends_by_address_and_by_key_and_locks_no_merchant_out() {
    run::<Payments>(async |city: &Town| {
        let limits = |config| Config { merchant_failures_per_minute: 3, ..config };
        let city_of = Instances::start(city, 1, limits).await;
        let (ours, other) = (shop(city, None).await, shop(city, None).await);
        let (ours, other) = (city_of.key(city, &ours).await, city_of.key(city, &other).await);
        let wrong = forged(&ours);
        let call = async |system: &System, address: &str| {
            outcome(&city_of.call(city, 0, system, address).await)
        };
        assert_eq!(call(&ours, "198.51.100.1").await, "OK");

        // One address: three are looked at, and then none, whatever key it names and however well it signs.
        for _ in 0..3 {
            assert_eq!(call(&wrong, "203.0.113.1").await, "SIGNATURE_INVALID");
        }
        let refused = city_of.call(city, 0, &wrong, "203.0.113.1").await;
        assert_eq!(refused.status(), "429 Too Many Requests");
        let wait: u64 = refused.header("retry-after").parse().expect("seconds");
        assert!((1..=20).contains(&wait), "three a minute: {wait}");
        assert_eq!(call(&other, "203.0.113.1").await, "RATE_LIMITED");

        // Many addresses: the key is no longer looked at where it never signed well, and everywhere it did.
        assert_eq!(call(&wrong, "203.0.113.2").await, "RATE_LIMITED");
        assert_eq!(call(&ours, "203.0.113.3").await, "RATE_LIMITED");
        for _ in 0..5 {
            assert_eq!(call(&ours, "198.51.100.1").await, "OK");
        }
        assert_eq!(call(&other, "198.51.100.1").await, "OK");

        // What names no key, or has no shape, counts for its address.
        let nothing = System { key: "x".to_owned(), secret: "y".to_owned() };
        for _ in 0..3 {
            assert_eq!(call(&nothing, "203.0.113.4").await, "SIGNATURE_INVALID");
        }
        assert_eq!(call(&other, "203.0.113.4").await, "RATE_LIMITED");
        city.settle().await;
    });
}

#[test]
fn guesses_are_counted_together_at_all_instances_and_so_is_who_signed_well() {
    run::<Payments>(async |city: &Town| {
        let limits = |config| Config { merchant_failures_per_minute: 4, ..config };
        let city_of = Instances::start(city, 2, limits).await;
        let (ours, other) = (shop(city, None).await, shop(city, None).await);
        let (ours, other) = (city_of.key(city, &ours).await, city_of.key(city, &other).await);
        let call = async |at: usize, system: &System, address: &str| {
            outcome(&city_of.call(city, at, system, address).await)
        };
        assert_eq!(call(0, &ours, "198.51.100.1").await, "OK");

        for at in [0, 1, 1, 0] {
            assert_eq!(call(at, &forged(&ours), "203.0.113.1").await, "SIGNATURE_INVALID");
        }

        for at in [0, 1] {
            assert_eq!(call(at, &forged(&ours), "203.0.113.1").await, "RATE_LIMITED");
            assert_eq!(call(at, &other, "203.0.113.1").await, "RATE_LIMITED", "by its address");
            assert_eq!(call(at, &ours, "203.0.113.2").await, "RATE_LIMITED", "by the key it names");
            assert_eq!(call(at, &other, "203.0.113.2").await, "OK");
            // It signed well at one of them, and is locked out at none.
            assert_eq!(call(at, &ours, "198.51.100.1").await, "OK");
        }
        city.settle().await;
    });
}

#[test]
fn without_redis_each_instance_bounds_guesses_by_itself_and_merchants_go_on() {
    run::<Payments>(async |city: &Town| {
        let limits = |config| Config { merchant_failures_per_minute: 3, ..config };
        let nowhere = RedisStore::open("redis://127.0.0.1:1", "").expect("a URL");
        let city_of = Instances::over(city, 2, limits, &nowhere).await;
        let shop = shop(city, None).await;
        let ours = city_of.key(city, &shop).await;
        let call = async |at: usize, system: &System, address: &str| {
            outcome(&city_of.call(city, at, system, address).await)
        };
        for at in [0, 1] {
            assert_eq!(call(at, &ours, "198.51.100.1").await, "OK");

            for _ in 0..3 {
                assert_eq!(call(at, &forged(&ours), "203.0.113.1").await, "SIGNATURE_INVALID");
            }

            assert_eq!(call(at, &forged(&ours), "203.0.113.1").await, "RATE_LIMITED");
            assert_eq!(call(at, &ours, "198.51.100.1").await, "OK");
        }
        city.settle().await;
    });
}

#[test]
fn what_has_no_shape_costs_no_lookup_and_neither_does_what_is_not_looked_at() {
    run::<Payments>(async |city: &Town| {
        let limits = |config| Config { merchant_failures_per_minute: 2, ..config };
        let city_of = Instances::start(city, 1, limits).await;
        let shop = shop(city, None).await;
        let ours = city_of.key(city, &shop).await;
        // A lookup would wait for this, and be answered by nothing.
        let mut locked = city.db().begin().await.expect("it begins");
        let lock = "lock table payments.api_key in access exclusive mode";
        sqlx::raw_sql(lock).execute(&mut *locked).await.expect("it locks");

        let nothing = System { key: "key_1".to_owned(), secret: "y".to_owned() };
        for code in ["SIGNATURE_INVALID", "SIGNATURE_INVALID", "RATE_LIMITED"] {
            let answer = city_of.call(city, 0, &nothing, "203.0.113.1").await;
            assert_eq!(outcome(&answer), code);
        }
        let named = city_of.call(city, 0, &ours, "203.0.113.1").await;
        assert_eq!(outcome(&named), "RATE_LIMITED");
        locked.rollback().await.expect("it ends");
        assert_eq!(outcome(&city_of.call(city, 0, &ours, "203.0.113.2").await), "OK");
        city.settle().await;
    });
}

#[test]
fn limits_that_let_nobody_or_everybody_in_are_refused_at_the_start() {
    run::<Payments>(async |city: &Town| {
        for wrong in [
            Config { merchant_burst: 0, ..config() },
            Config { merchant_per_minute: 0, ..config() },
            Config { merchant_failures_per_minute: 1_000_001, ..config() },
        ] {
            let refused = build(wrong, city.infra().clone()).await.err();
            let text = refused.map(|error| error.to_string()).unwrap_or_default();
            assert!(text.contains("PAYMENTS_MERCHANT_BURST"), "{text}");
        }
        city.settle().await;
    });
}
