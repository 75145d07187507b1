//! The service as the tests build it.

use std::sync::Arc;

use city_blobs::S3Config;
use city_boot::{Infra, Service};
use city_events::Relay;
use city_ids::ServiceName;
use city_payments::{Config, MIGRATOR, ProvidersConfig, build};
use city_testkit::Subject;
use confique::Config as _;
use sqlx::migrate::Migrator;

use crate::neighbour;
use crate::till::Door;

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
        keyring_file: None,
        qr_bin: "970436".to_owned(),
        qr_city: "Huế".to_owned(),
        webhook_loopback: true,
        wallet_level: 2,
        s3: store(),
        providers: ProvidersConfig::builder().load().expect("everything has a default"),
    }
}

/// The object store of the run.
pub fn store() -> S3Config {
    let s3 = city_testkit::s3();
    S3Config {
        endpoint: s3.endpoint,
        public_endpoint: None,
        region: s3.region,
        bucket: s3.bucket,
        access_key: Some(s3.access_key.into()),
        access_key_file: None,
        secret_key: Some(s3.secret_key.into()),
        secret_key_file: None,
    }
}

impl Subject for Payments {
    const NAME: ServiceName = ServiceName::Payments;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        let door = Door::bind().await;
        let providers = door.providers(&infra).await;
        let config = Config { accounts_url: neighbour::start().await, providers, ..config() };
        let ids = infra.ids.clone();
        let service = build(config, infra).await.expect("development needs no configuration");
        door.open(service.router(ids, None));
        service
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
