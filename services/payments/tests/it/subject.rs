//! The service as the tests build it.

use std::sync::Arc;

use city_boot::{Infra, Service};
use city_events::Relay;
use city_ids::ServiceName;
use city_payments::{Config, MIGRATOR, build};
use city_testkit::Subject;
use sqlx::migrate::Migrator;

use crate::neighbour;

/// Payments as it is tried out.
pub struct Payments;

/// The tables and the relay of payments, without its sequencer: the test starts its own.
pub struct Books;

pub fn config() -> Config {
    Config {
        idempotency_days: 7,
        durability: "throwaway".to_owned(), // the servers of a test run sync nothing
        own_url: None,
        head_key_file: None,
        accounts_url: "http://127.0.0.1:9".to_owned(), // nobody
        former_keys_file: None,
        wallet_level: 2,
    }
}

impl Subject for Payments {
    const NAME: ServiceName = ServiceName::Payments;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        let config = Config { accounts_url: neighbour::start().await, ..config() };
        build(config, infra).await.expect("development needs no configuration")
    }
}

impl Subject for Books {
    const NAME: ServiceName = ServiceName::Payments;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        Service {
            name: Self::NAME,
            routes: axum::Router::new(),
            workers: vec![Arc::new(Relay::new(Self::NAME, infra.db, infra.redis))],
            readiness: Vec::new(),
            verifier: None,
            max_body_bytes: 0,
        }
    }
}
