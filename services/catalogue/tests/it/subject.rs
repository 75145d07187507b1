//! The service as the tests build it.

use city_blobs::S3Config;
use city_boot::{Infra, Service};
use city_catalogue::{Config, MIGRATOR, build, seed};
use city_ids::ServiceName;
use city_testkit::Subject;
use sqlx::migrate::Migrator;

/// The catalogue with the seed of a new installation.
pub struct Catalogue;

/// The settings of the tests: the store of the run, and nobody where accounts would be.
pub fn config() -> Config {
    let s3 = city_testkit::s3();
    Config {
        idempotency_days: 7,
        retention_days: 3650,
        keyring_file: None,
        accounts_url: "http://127.0.0.1:9".to_owned(),
        s3: S3Config {
            endpoint: s3.endpoint,
            public_endpoint: None,
            region: s3.region,
            bucket: s3.bucket,
            access_key: Some(s3.access_key.into()),
            access_key_file: None,
            secret_key: Some(s3.secret_key.into()),
            secret_key_file: None,
        },
    }
}

impl Subject for Catalogue {
    const NAME: ServiceName = ServiceName::Catalogue;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        seed(&infra.db, infra.clock.now()).await.expect("the seed fits");
        build(config(), infra).await.expect("the service is built")
    }
}
