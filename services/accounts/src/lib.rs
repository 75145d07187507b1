#![doc = include_str!("../README.md")]

mod app;
mod config;
mod domain;
mod error;
mod events;
mod http;
mod seed;
mod store;
mod worker;

use std::sync::Arc;

use city_auth::Keyring;
use city_boot::{BootError, Check, Infra, InfraConfig, Process, Service};
use city_events::{Consumer, Pruner, Relay};
use city_ids::ServiceName;
use tokio::sync::Notify;

use crate::app::{App, PasswordQueue, SessionCache, SigningKeys};
pub use crate::config::Config;
pub use crate::http::openapi;
pub use crate::seed::{DemoRole, DemoStaff, demo_staff, seed};

/// The migrations of the schema `accounts`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/accounts");

const MAX_BODY_BYTES: usize = 64 * 1024;
const IDEMPOTENCY_DAYS: i32 = 7;

/// Runs the service as a process of its own.
///
/// # Errors
/// One line that says what is missing.
pub async fn run(process: Process) -> Result<(), BootError> {
    let config: Config = city_boot::config::load()?;
    let settings: InfraConfig = city_boot::config::load()?;
    let keyring = read_keyring(&config)?;
    let infra = Infra::connect(ServiceName::Accounts, &settings)?;
    let ids = Arc::clone(&infra.ids);
    let service = build(config, keyring, infra).await?;
    let listener = process.listen(&settings.listen).await?;
    process.serve(service, ids, listener).await;
    Ok(())
}

/// The keyring of the configured file.
///
/// # Errors
/// One line that says what is missing; never a key.
pub fn read_keyring(config: &Config) -> Result<Arc<Keyring>, BootError> {
    let path = config.keyring_file.as_ref();
    let path = path.ok_or_else(|| {
        BootError::Config("set ACCOUNTS_KEYRING_FILE to the file of secret keys".into())
    })?;
    let refused = |error: String| {
        BootError::Config(format!("ACCOUNTS_KEYRING_FILE {}: {error}", path.display()))
    };
    let json = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    Keyring::from_json(&json).map(Arc::new).map_err(|error| refused(error.to_string()))
}

/// Builds the service.
///
/// # Errors
/// When the hash library refuses our parameters.
pub async fn build(
    config: Config,
    keyring: Arc<Keyring>,
    infra: Infra,
) -> Result<Service, BootError> {
    let passwords = PasswordQueue::new(Arc::clone(&keyring)).await;
    let app = Arc::new(App {
        signing_keys: SigningKeys::new(infra.clone(), Arc::clone(&keyring), config.issuer.clone()),
        passwords: passwords.map_err(|error| BootError::failed("preparing passwords", error))?,
        sessions: SessionCache::new(infra.redis.clone()),
        code_queued: Notify::new(),
        infra: infra.clone(),
        config,
        keyring,
    });
    let Infra { profile, db, redis, clock, ids, verifier, .. } = infra;
    let instance = format!("{:016x}", u64::from_be_bytes(ids.bytes()));
    let announce = worker::AnnounceEnded(Arc::clone(&app));
    let signing = Arc::clone(&app);
    Ok(Service {
        name: ServiceName::Accounts,
        routes: http::routes(Arc::clone(&app), profile),
        workers: vec![
            Arc::new(worker::SendCodes(app)),
            Arc::new(Relay::new(ServiceName::Accounts, db.clone(), redis.clone())),
            Arc::new(Consumer::new(
                announce,
                ServiceName::Accounts,
                db.clone(),
                redis,
                Arc::clone(&clock),
                &instance,
            )),
            Arc::new(Pruner::new(db.clone(), clock, IDEMPOTENCY_DAYS)),
        ],
        // Not Redis: people sign in, refresh and sign out without it.
        readiness: vec![
            Check::postgres(&db),
            Check::new("signing_key", move || {
                let app = Arc::clone(&signing);
                async move { app.signing_keys.ready().await }
            }),
        ],
        verifier: Some(verifier),
        max_body_bytes: MAX_BODY_BYTES,
    })
}
