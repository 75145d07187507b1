//! The service as the tests build it.

use city_boot::{Infra, Service};
use city_catalogue::{Config, MIGRATOR, build, seed};
use city_ids::ServiceName;
use city_testkit::Subject;
use sqlx::migrate::Migrator;

/// The catalogue with the seed of a new installation.
pub struct Catalogue;

/// The settings of the tests.
pub fn config() -> Config {
    Config { idempotency_days: 7 }
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
