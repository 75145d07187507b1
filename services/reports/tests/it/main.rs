//! The service through its router, on a real database.

mod chain;
mod copies;
mod filing;
mod life;
mod lists;
mod photos;
mod refusals;
mod staff;
mod story;
mod timers;

use city_blobs::S3Config;
use city_boot::{Infra, Service};
use city_ids::ServiceName;
use city_reports::config::PublishOn;
use city_reports::{Config, MIGRATOR, build, seed};
use city_testkit::{Subject, TestS3};
use sqlx::migrate::Migrator;

/// The reports service with the seed of a new installation.
pub struct Reports;

impl Subject for Reports {
    const NAME: ServiceName = ServiceName::Reports;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        seed(&infra.db, infra.clock.now()).await.expect("the seed fits");
        build(config(photos::own_bucket(&infra.db).await), infra)
            .await
            .expect("the service is built")
    }
}

/// The defaults, with the store of the run.
pub fn config(s3: TestS3) -> Config {
    Config {
        contest_days: 7,
        daily_limit: 20,
        ward_radius_m: 20_000,
        publish_on: PublishOn::Accept,
        decision_working_days: 2,
        last_resort_agency: "HUE-IOC".to_owned(),
        photos_an_hour: 20,
        photos_a_day: 200,
        catalogue_url: "http://127.0.0.1:9".to_owned(),
        photo_child: Some(env!("CARGO_BIN_EXE_city-reports").into()),
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
