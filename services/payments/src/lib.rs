#![doc = include_str!("../README.md")]

mod app;
mod config;
mod domain;
mod error;
mod events;
mod http;
mod store;
mod worker;

use std::sync::Arc;

use city_boot::{BootError, Check, Infra, InfraConfig, Process, Service};
use city_events::{Pruner, Relay};
use city_ids::ServiceName;

pub use crate::config::Config;
pub use crate::error::Error;

/// The migrations of the schema `payments`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/payments");

/// The longest body of a route that names no other bound.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// Runs the service as a process of its own.
///
/// # Errors
/// One line that says what is missing.
pub async fn run(process: Process) -> Result<(), BootError> {
    let settings: InfraConfig = city_boot::config::load()?;
    let infra = Infra::connect(ServiceName::Payments, &settings)?;
    let ids = Arc::clone(&infra.ids);
    let service = build(city_boot::config::load()?, infra).await?;
    let listener = process.listen(&settings.listen).await?;
    process.serve(service, ids, listener).await;
    Ok(())
}

/// Builds the service.
///
/// # Errors
/// One line that says what is missing or refused.
#[expect(
    clippy::unused_async,
    reason = "every service is built the same way, and others ask their dependencies here"
)]
pub async fn build(config: Config, infra: Infra) -> Result<Service, BootError> {
    let app = app::App { db: infra.db.clone(), clock: infra.clock.clone(), ids: infra.ids.clone() };
    let name = ServiceName::Payments;
    let (db, redis, clock) = (infra.db.clone(), infra.redis.clone(), infra.clock.clone());
    Ok(Service {
        name,
        routes: http::routes(app),
        workers: vec![
            Arc::new(Relay::new(name, db.clone(), redis)),
            Arc::new(Pruner::new(db.clone(), clock, config.idempotency_days)),
        ],
        readiness: vec![Check::postgres(&db)],
        verifier: Some(infra.verifier),
        max_body_bytes: MAX_BODY_BYTES,
    })
}

/// The staff routes of this service.
pub fn openapi() -> utoipa::openapi::OpenApi {
    utoipa::openapi::OpenApi::default()
}
