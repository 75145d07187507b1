#![doc = include_str!("../README.md")]

mod app;
mod channel;
mod config;
mod domain;
mod error;
mod events;
mod http;
mod seed;
mod store;
mod worker;

use std::sync::Arc;

use city_boot::{BootError, Check, Infra, InfraConfig, Process, Service};
use city_events::{Consumer, Pruner, Relay};
use city_ids::ServiceName;

pub use crate::config::{Config, SideName};
pub use crate::error::Error;
pub use crate::seed::seed;

/// The migrations of the schema `notifications`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/notifications");

/// The longest body is a list of a hundred ids.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Runs the service as a process of its own.
///
/// # Errors
/// One line that says what is missing.
pub async fn run(process: Process) -> Result<(), BootError> {
    let settings: InfraConfig = city_boot::config::load()?;
    let infra = Infra::connect(ServiceName::Notifications, &settings)?;
    let ids = Arc::clone(&infra.ids);
    let service = build(city_boot::config::load()?, infra).await?;
    let listener = process.listen(&settings.listen).await?;
    process.serve(service, ids, listener).await;
    Ok(())
}

/// Builds the service.
///
/// # Errors
/// One line that says what is missing or refused: without a channel, production does not start.
#[expect(
    clippy::unused_async,
    reason = "every service is built the same way, and others ask their dependencies here"
)]
pub async fn build(config: Config, infra: Infra) -> Result<Service, BootError> {
    let app = app::App {
        db: infra.db.clone(),
        clock: infra.clock.clone(),
        ids: infra.ids.clone(),
        keyring: Arc::new(
            infra.keyring("NOTIFICATIONS_KEYRING_FILE", config.keyring_file.as_deref())?,
        ),
        sides: channel::Sides::build(&config, &infra)?,
    };
    let name = ServiceName::Notifications;
    let instance = format!("{:016x}", u64::from_be_bytes(infra.ids.bytes()));
    let (db, redis, clock) = (infra.db.clone(), infra.redis.clone(), infra.clock.clone());
    let handler = worker::ReportEvents(app.clone());
    let dossiers = worker::DossierEvents(app.clone());
    let payments = worker::PaymentEvents(app.clone());
    Ok(Service {
        name,
        routes: http::routes(app.clone(), infra.profile),
        workers: vec![
            Arc::new(Consumer::new(
                handler,
                name,
                db.clone(),
                redis.clone(),
                clock.clone(),
                &instance,
            )),
            Arc::new(Consumer::new(
                dossiers,
                name,
                db.clone(),
                redis.clone(),
                clock.clone(),
                &instance,
            )),
            Arc::new(Consumer::new(
                payments,
                name,
                db.clone(),
                redis.clone(),
                clock.clone(),
                &instance,
            )),
            Arc::new(worker::Deliveries(app)),
            Arc::new(Relay::new(name, db.clone(), redis)),
            Arc::new(Pruner::new(db.clone(), clock, config.idempotency_days)),
        ],
        // Redis is not among them: the inbox and codes work without it.
        readiness: vec![Check::postgres(&db)],
        verifier: Some(infra.verifier),
        max_body_bytes: MAX_BODY_BYTES,
    })
}

/// The staff routes of this service: none yet.
pub fn openapi() -> utoipa::openapi::OpenApi {
    utoipa::openapi::OpenApi::default()
}
