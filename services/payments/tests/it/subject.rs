//! The service as the tests build it.

use std::sync::Arc;

use city_blobs::S3Config;
use city_boot::{Infra, Service};
use city_events::Relay;
use city_ids::ServiceName;
use city_payments::{Config, MIGRATOR, ProvidersConfig, build};
use city_testkit::Subject;
use confique::Config as _;
use sqlx::PgPool;
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
        backing_days: 3,
        head_key_file: None,
        accounts_url: "http://127.0.0.1:9".to_owned(), // nobody
        former_keys_file: None,
        keyring_file: None,
        qr_bin: "970436".to_owned(),
        qr_city: "Huế".to_owned(),
        event_days: 90,
        merchant_burst: 1_000,
        merchant_per_minute: 60_000,
        merchant_failures_per_minute: 1_000, // tests of the bound set their own
        merchant_patience_ms: 10_000,        // on a busy machine 25 decide nothing
        webhook_loopback: true,
        wallet_level: 2,
        heads_bucket: None,
        heads_prefix: "heads".to_owned(),
        s3: store(),
        providers: ProvidersConfig::builder().load().expect("everything has a default"),
    }
}

/// Where the heads of a test's ledger are copied to.
pub fn heads_prefix(db: &sqlx::PgPool) -> String {
    let database = db.connect_options().get_database().expect("it has a name").to_owned();
    format!("heads/{database}")
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

/// Opens some connections before anything is asked of the service, which waits a second for one: on a machine that does much
/// else, making one takes longer.
pub async fn warm(db: &PgPool) {
    let mut open = Vec::new();
    for _ in 0..30 {
        open.extend(db.acquire().await);
        if open.len() == 8 {
            return;
        }
    }
}

/// Waits until a service is ready, as whoever sends it requests would: the election takes a few round trips.
async fn ready(service: &Service) {
    for check in &service.readiness {
        while !check.passes().await {
            tokio::task::yield_now().await;
        }
    }
}

impl Subject for Payments {
    const NAME: ServiceName = ServiceName::Payments;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        warm(&infra.db).await;
        let door = Door::bind().await;
        let providers = door.providers(&infra).await;
        let config = Config {
            accounts_url: neighbour::start().await,
            providers,
            heads_prefix: heads_prefix(&infra.db), // the store is that of all tests
            ..config()
        };
        let ids = infra.ids.clone();
        let service = build(config, infra).await.expect("development needs no configuration");
        door.open(service.router(ids, None));
        ready(&service).await;
        service
    }
}

impl Subject for Books {
    const NAME: ServiceName = ServiceName::Payments;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        warm(&infra.db).await;
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
