#![doc = include_str!("../README.md")]

mod app;
mod config;
mod domain;
mod error;
mod events;
mod http;
mod seed;
mod snapshot;
mod store;
mod worker;

use std::sync::Arc;

use city_blobs::Blobs;
use city_boot::{BootError, Check, Infra, InfraConfig, Process, Service, Worker};
use city_clients::{Accounts, ServiceClient};
use city_events::{Consumer, Pruner, Relay};
use city_ids::ServiceName;

pub use crate::config::Config;
pub use crate::domain::search;
pub use crate::error::Error;
pub use crate::seed::{publish_demo, seed, seed_demo, synthetic};
pub use crate::snapshot::search_entries;
use crate::snapshot::{Snapshot, Snapshots};

/// The migrations of the schema `catalogue`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/catalogue");

/// Runs the service as a process of its own.
///
/// # Errors
/// One line that says what is missing.
pub async fn run(process: Process) -> Result<(), BootError> {
    let settings: InfraConfig = city_boot::config::load()?;
    let infra = Infra::connect(ServiceName::Catalogue, &settings)?;
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
pub async fn build(config: Config, infra: Infra) -> Result<Service, BootError> {
    let accounts = ServiceClient::new(
        ServiceName::Accounts,
        &config.accounts_url,
        infra.http.clone(),
        infra.identity.clone(),
    );
    let app = app::App {
        db: infra.db.clone(),
        clock: infra.clock.clone(),
        ids: infra.ids.clone(),
        snapshots: Snapshots::default(),
        blobs: Blobs::connect(config.s3.settings()?),
        keyring: Arc::new(infra.keyring("CATALOGUE_KEYRING_FILE", config.keyring_file.as_deref())?),
        accounts: Accounts(accounts),
        retention_days: config.retention_days,
    };
    match Snapshot::load(&app.db).await {
        Ok(snapshot) => app.snapshots.swap(snapshot),
        Err(error) => tracing::warn!(
            error.chain = city_http::chain(&error),
            "What is published cannot be read yet; reads wait for it"
        ),
    }
    let name = ServiceName::Catalogue;
    let (db, redis, clock) = (infra.db.clone(), infra.redis.clone(), infra.clock.clone());
    let instance = format!("{:016x}", u64::from_be_bytes(infra.ids.bytes()));
    let (bills, staff) = (worker::DossierBills(app.clone()), worker::DossierStaff(app.clone()));
    let mut workers: Vec<Arc<dyn Worker>> = vec![
        Arc::new(Consumer::new(bills, name, db.clone(), redis.clone(), clock.clone(), &instance)),
        Arc::new(Consumer::new(staff, name, db.clone(), redis.clone(), clock.clone(), &instance)),
        Arc::new(Relay::new(name, db.clone(), redis)),
        Arc::new(Pruner::new(db, clock, config.idempotency_days)),
    ];
    workers.extend(worker::all(&app));
    let snapshots = app.snapshots.clone();
    Ok(Service {
        name,
        routes: http::routes(app),
        workers,
        // PostgreSQL is not asked: reads go on from the picture while it is away, and writes say so themselves.
        readiness: vec![Check::new("snapshot", move || std::future::ready(snapshots.is_loaded()))],
        verifier: Some(infra.verifier),
        max_body_bytes: http::MAX_IMPORT_BYTES, // of the one route that takes so much; the others say less
    })
}

/// The staff routes of this service.
pub fn openapi() -> utoipa::openapi::OpenApi {
    http::openapi()
}
