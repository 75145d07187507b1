//! The service as the tests build it.

use city_boot::{Infra, Service};
use city_ids::ServiceName;
use city_payments::{Config, MIGRATOR, build};
use city_testkit::Subject;
use sqlx::migrate::Migrator;

/// Payments as it is tried out.
pub struct Payments;

pub fn config() -> Config {
    Config { idempotency_days: 7 }
}

impl Subject for Payments {
    const NAME: ServiceName = ServiceName::Payments;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        build(config(), infra).await.expect("development needs no configuration")
    }
}
