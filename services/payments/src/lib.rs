#![doc = include_str!("../README.md")]

mod app;
pub mod check;
mod config;
mod domain;
mod error;
mod events;
mod hex;
mod http;
mod provider_config;
mod sequencer;
mod store;
mod worker;

use std::path::Path;
use std::sync::Arc;

use chrono::Duration;
use city_auth::Keyring;
use city_blobs::{Blobs, S3Settings};
use city_boot::{BootError, Check, Infra, InfraConfig, Process, Service, Worker};
use city_clients::{Accounts, ServiceClient};
use city_events::{Consumer, Pruner, Relay};
use city_ids::ServiceName;
use city_receipt::{HeadKey, PublishedKeys};

use crate::app::StepUpKeys;
use crate::app::payee::CallRates;
pub use crate::config::Config;
pub use crate::domain::ledger;
use crate::domain::webhook::Loopback;
pub use crate::error::Error;
pub use crate::provider_config::ProvidersConfig;
pub use crate::sequencer::{Durability, Ledger, NotNow, Settings, Status, could_lose};
pub use crate::store::ledger::{commit as write_batch, open as open_account, take_over};
pub use crate::store::statement::{Wanted as StatementWanted, page as statement_page};

/// The migrations of the schema `payments`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/payments");

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
    let webhook_loopback = webhook_loopback(&config, &infra)?;
    let keyring = Arc::new(keyring(&config, &infra)?);
    let settings = ledger_settings(&config, &infra)?;
    let receipt_keys = match &config.former_keys_file {
        Some(path) => settings.key.published().with(published_keys(path)?),
        None => settings.key.published(),
    };
    let ledger = Ledger::start(&infra.db, infra.clock.clone(), settings);
    let accounts = Accounts(ServiceClient::new(
        ServiceName::Accounts,
        &config.accounts_url,
        infra.http.clone(),
        infra.identity.clone(),
    ));
    let development = infra.profile.is_development();
    let providers = app::Providers::build(&config.providers, &infra.http, development)?;
    let (rates, s3) = (call_rates(&config)?, config.s3.settings()?);
    let app = app::App {
        head_copies: head_copies(&config, &s3),
        blobs: Blobs::connect(s3),
        db: infra.db.clone(),
        clock: infra.clock.clone(),
        ids: infra.ids.clone(),
        ledger: ledger.clone(),
        step_up: Arc::new(StepUpKeys::new(accounts.clone(), infra.clock.clone())),
        accounts,
        providers: Arc::new(providers),
        receipt_keys: Arc::new(receipt_keys),
        keyring,
        qr_bin: qr_bin(&config)?,
        qr_city: config.qr_city.clone(),
        calls: Arc::new(app::payee::Calls::new(infra.redis.clone(), rates)),
        strangers: Arc::new(app::Strangers::new(infra.redis.clone(), rates)),
        events_kept: events_kept(&config)?,
        webhook_loopback,
        limit_rules: Arc::default(),
        wallet_level: config.wallet_level,
    };
    let name = ServiceName::Payments;
    let (db, redis, clock) = (infra.db.clone(), infra.redis.clone(), infra.clock.clone());
    let instance = format!("{:016x}", u64::from_be_bytes(infra.ids.bytes()));
    let fees = worker::DossierFees(app.clone());
    let told = worker::PayeeEvents(app.clone());
    let levels = worker::IdentityLevels(app.clone());
    let mut workers: Vec<Arc<dyn Worker>> = vec![
        Arc::new(Consumer::new(fees, name, db.clone(), redis.clone(), clock.clone(), &instance)),
        Arc::new(Consumer::new(told, name, db.clone(), redis.clone(), clock.clone(), &instance)),
        Arc::new(Consumer::new(levels, name, db.clone(), redis.clone(), clock.clone(), &instance)),
        Arc::new(Relay::new(name, db.clone(), redis)),
        Arc::new(Pruner::new(db.clone(), clock, config.idempotency_days)),
    ];
    workers.extend(worker::of_the_ledger(&app));
    workers.extend(worker::above_the_ledger(&app));
    workers.extend(worker::of_providers(&app));
    Ok(Service {
        name,
        routes: http::routes(app),
        workers,
        readiness: vec![Check::postgres(&db), ledger.check()],
        verifier: Some(infra.verifier),
        max_body_bytes: http::MAX_IMPORT_BYTES, // of the one route that takes so much; the others say less
    })
}

/// Where signed heads are copied to.
fn head_copies(config: &Config, s3: &S3Settings) -> app::HeadCopies {
    let bucket = config.heads_bucket.clone().unwrap_or_else(|| s3.bucket.clone());
    let prefix = config.heads_prefix.clone();
    app::HeadCopies {
        place: format!("{bucket}/{prefix}"),
        prefix,
        blobs: Blobs::connect(S3Settings { bucket, ..s3.clone() }),
    }
}

/// How the ledger is run.
fn ledger_settings(config: &Config, infra: &Infra) -> Result<Settings, BootError> {
    let durability: Durability = config.durability.parse().map_err(BootError::Config)?;
    let development = infra.profile.is_development();
    if durability == Durability::Throwaway && !development {
        return Err(BootError::Config("PAYMENTS_DURABILITY=throwaway loses payments".into()));
    }
    let own_url = config.own_url.clone().filter(|url| !url.trim().is_empty());
    if own_url.is_none() && !development {
        let missing = "set PAYMENTS_OWN_URL to where other instances of payments reach this one";
        return Err(BootError::Config(missing.into()));
    }
    if !(1..=10).contains(&config.backing_days) {
        return Err(BootError::Config("PAYMENTS_BACKING_DAYS is 1 to 10".into()));
    }
    let key = match &config.head_key_file {
        Some(path) => head_key(path)?,
        None if development => HeadKey::from_seed(&infra.ids.bytes()),
        None => {
            let missing = "set PAYMENTS_HEAD_KEY_FILE to the key that signs the ledger";
            return Err(BootError::Config(missing.into()));
        }
    };
    Ok(Settings {
        durability,
        own_url,
        backing_days: i32::from(config.backing_days),
        key: Arc::new(key),
        http: infra.http.clone(),
        identity: infra.identity.clone(),
    })
}

/// The keyring of the configured file.
fn keyring(config: &Config, infra: &Infra) -> Result<Keyring, BootError> {
    let variable = "PAYMENTS_KEYRING_FILE";
    match &config.keyring_file {
        Some(path) => {
            let read = std::fs::read_to_string(path);
            let json = read.map_err(|error| {
                BootError::Config(format!("{variable} {}: {error}", path.display()))
            })?;
            Keyring::from_json(&json)
                .map_err(|error| BootError::Config(format!("{variable}: {error}")))
        }
        None if infra.profile.is_development() => Ok(Keyring::generate(&infra.ids)),
        None => Err(BootError::Config(format!("set {variable} to this service's keyring"))),
    }
}

/// The bank number in the codes of merchants.
fn qr_bin(config: &Config) -> Result<String, BootError> {
    let bin = config.qr_bin.clone();
    let fits = bin.len() == 6 && bin.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(bin).ok_or_else(|| BootError::Config("PAYMENTS_QR_BIN has six digits".into()))
}

/// How many calls merchants' systems may make.
fn call_rates(config: &Config) -> Result<CallRates, BootError> {
    let rates = CallRates {
        burst: config.merchant_burst,
        per_minute: config.merchant_per_minute,
        failures_per_minute: config.merchant_failures_per_minute,
        patience: std::time::Duration::from_millis(config.merchant_patience_ms),
    };
    let fits = [rates.burst, rates.per_minute, rates.failures_per_minute]
        .iter()
        .all(|rate| (1..=1_000_000).contains(rate));
    fits.then_some(rates).ok_or_else(|| {
        let refused = "PAYMENTS_MERCHANT_BURST, PAYMENTS_MERCHANT_PER_MINUTE and \
                       PAYMENTS_MERCHANT_FAILURES_PER_MINUTE are 1 to 1000000";
        BootError::Config(refused.into())
    })
}

/// How long merchants can read what they were told: longer than any event waits for an endpoint.
fn events_kept(config: &Config) -> Result<Duration, BootError> {
    let days = config.event_days;
    let refused = || BootError::Config("PAYMENTS_EVENT_DAYS is at least 14".into());
    (days >= 14).then(|| Duration::days(i64::from(days))).ok_or_else(refused)
}

/// Whether webhooks may call this machine.
fn webhook_loopback(config: &Config, infra: &Infra) -> Result<Loopback, BootError> {
    match (config.webhook_loopback, infra.profile.is_development()) {
        (true, true) => Ok(Loopback::Allowed),
        (true, false) => {
            let refused = "PAYMENTS_WEBHOOK_LOOPBACK lets webhooks reach what is not public";
            Err(BootError::Config(refused.into()))
        }
        (false, _) => Ok(Loopback::Refused),
    }
}

/// Reads the published keys of the ledger.
///
/// # Errors
/// When the file cannot be read or holds something else.
pub fn published_keys(path: &Path) -> Result<PublishedKeys, BootError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| BootError::Config(format!("{}: {error}", path.display())))?;
    PublishedKeys::parse(&text)
        .map_err(|error| BootError::Config(format!("{}: {error}", path.display())))
}

/// Reads the key that signs the ledger: 64 hex digits.
///
/// # Errors
/// When the file cannot be read or holds something else.
pub fn head_key(path: &Path) -> Result<HeadKey, BootError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        BootError::Config(format!("PAYMENTS_HEAD_KEY_FILE {}: {error}", path.display()))
    })?;
    let seed = hex::bytes(text.trim());
    let seed = seed.ok_or_else(|| {
        BootError::Config("PAYMENTS_HEAD_KEY_FILE must hold 64 hex digits".into())
    })?;
    Ok(HeadKey::from_seed(&seed))
}

/// The staff routes of this service.
pub fn openapi() -> utoipa::openapi::OpenApi {
    http::openapi()
}
