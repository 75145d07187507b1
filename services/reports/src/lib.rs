#![doc = include_str!("../README.md")]

pub mod app;
pub mod config;
pub mod domain;
pub mod error;
mod events;
pub mod http;
pub mod photo;
pub mod reference;
mod seed;
mod store;
mod worker;

use std::process::ExitCode;
use std::sync::Arc;

use city_blobs::Blobs;
use city_boot::{BootError, Check, Infra, InfraConfig, Process, Service, Worker};
use city_clients::{Catalogue, ServiceClient};
use city_events::{Pruner, Relay};
use city_ids::ServiceName;

pub use app::App;
pub use config::Config;
pub use http::openapi;
pub use seed::seed;

use reference::ReferenceCell;

/// The service's schema.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/reports");

/// How long the answer to a key is kept.
const IDEMPOTENCY_DAYS: i32 = 90;
/// The largest request: a description of 4,000 characters and a few ids, with room.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The service: routes, workers, what must answer before it is ready.
///
/// # Errors
/// When the object store is not configured. Whatever is merely away is asked again later.
pub async fn build(config: Config, infra: Infra) -> Result<Service, BootError> {
    let app = app(config, &infra)?;
    if let Err(error) = app.load_reference().await {
        tracing::warn!(
            error.chain = city_http::chain(&error),
            "The registry is not there yet; filing waits for it"
        );
    }
    let mut workers: Vec<Arc<dyn Worker>> = vec![
        Arc::new(Relay::new(ServiceName::Reports, infra.db.clone(), infra.redis.clone())),
        Arc::new(Pruner::new(infra.db.clone(), infra.clock.clone(), IDEMPOTENCY_DAYS)),
    ];
    let instance = format!("{:032x}", u128::from_be_bytes(infra.ids.bytes()));
    workers.extend(worker::all(&app, infra.redis.clone(), &instance));
    let reference = app.reference.clone();
    Ok(Service {
        name: ServiceName::Reports,
        routes: http::routes(app),
        workers,
        readiness: vec![
            Check::postgres(&infra.db),
            Check::new("reference", move || std::future::ready(reference.get().is_some())),
        ],
        verifier: Some(infra.verifier),
        max_body_bytes: MAX_BODY_BYTES,
    })
}

/// What the use cases stand on; the registry is not read yet.
///
/// # Errors
/// When the object store is not configured.
pub fn app(config: Config, infra: &Infra) -> Result<App, BootError> {
    let (name, http, identity) =
        (ServiceName::Catalogue, infra.http.clone(), infra.identity.clone());
    let client = ServiceClient::new(name, &config.catalogue_url, http, identity);
    Ok(App {
        catalogue: Catalogue(client),
        blobs: Blobs::connect(config.s3.settings()?),
        config: Arc::new(config),
        reference: Arc::new(ReferenceCell::default()),
        db: infra.db.clone(),
        clock: infra.clock.clone(),
        ids: infra.ids.clone(),
    })
}

/// The process: the child that decodes photos, or the service.
pub fn run() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(photo::CHILD) {
        return photo::child_main();
    }
    city_boot::main(serve)
}

async fn serve(process: Process) -> Result<(), BootError> {
    let config: InfraConfig = city_boot::config::load()?;
    let infra = Infra::connect(ServiceName::Reports, &config)?;
    let service = build(city_boot::config::load()?, infra.clone()).await?;
    let listener = process.listen(&config.listen).await?;
    process.serve(service, infra.ids, listener).await;
    Ok(())
}
