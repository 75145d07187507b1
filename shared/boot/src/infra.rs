//! What a service is built upon: its database, Redis, clock, ids, identity and the way to other services. The gateway has
//! neither a database nor internal callers, so it is built upon less.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use city_auth::internal::{Identity, PublishedKey, Verifier};
use city_auth::{Keyring, SigningKey};
use city_clock::{SharedClock, SystemClock};
use city_ids::{Ids, ServiceName};
use confique::Config;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::PgPool;

use crate::process::BootError;
use crate::profile::Profile;
use crate::redis_store::RedisStore;
use crate::{config, db};

/// Where a service finds the parts it stands on.
#[derive(Debug, Clone, Config)]
pub struct InfraConfig {
    /// `development` or `production`. There is no default: a forgotten variable must not open a development door.
    #[config(env = "CITY_ENV")]
    pub profile: Profile,
    /// The service's database, such as `postgres://user:password@host/city`.
    #[config(env = "DATABASE_URL")]
    pub database_url: Option<SecretString>,
    /// A file that holds `DATABASE_URL`.
    #[config(env = "DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
    /// Connections the service may hold to its database.
    #[config(env = "DATABASE_CONNECTIONS", default = 10)]
    pub database_connections: u32,
    /// Redis or Valkey, such as `redis://:password@host:6379`.
    #[config(env = "REDIS_URL")]
    pub redis_url: Option<SecretString>,
    /// A file that holds `REDIS_URL`.
    #[config(env = "REDIS_URL_FILE")]
    pub redis_url_file: Option<PathBuf>,
    /// Prefix of every Redis key and stream, so that two cities can share a server.
    #[config(env = "REDIS_PREFIX", default = "")]
    pub redis_prefix: String,
    /// A file with this process's private Ed25519 seed: 64 hex digits.
    #[config(env = "INTERNAL_KEY_FILE")]
    pub internal_key_file: Option<PathBuf>,
    /// A file with the public keys of all services, as `city keys publish` writes it.
    #[config(env = "INTERNAL_JWKS_FILE")]
    pub internal_jwks_file: Option<PathBuf>,
    /// Where to listen.
    #[config(env = "LISTEN", default = "127.0.0.1:8080")]
    pub listen: String,
}

/// What a service is built upon.
#[derive(Debug, Clone)]
pub struct Infra {
    /// Development or production.
    pub profile: Profile,
    /// The service's pool.
    pub db: PgPool,
    /// Redis.
    pub redis: RedisStore,
    /// The clock.
    pub clock: SharedClock,
    /// Where ids and random bytes come from.
    pub ids: Arc<Ids>,
    /// Who this process is towards other services.
    pub identity: Identity,
    /// Whom it believes.
    pub verifier: Verifier,
    /// The client for calls to other services.
    pub http: reqwest::Client,
}

/// What the gateway is built upon: it has no database, and it proves people itself instead of believing other services.
#[derive(Debug, Clone)]
pub struct GatewayInfra {
    /// Development or production.
    pub profile: Profile,
    /// Redis.
    pub redis: RedisStore,
    /// The clock.
    pub clock: SharedClock,
    /// Where ids and random bytes come from.
    pub ids: Arc<Ids>,
    /// Who the gateway is towards the services.
    pub identity: Identity,
    /// The client for calls to services.
    pub http: reqwest::Client,
}

impl Infra {
    /// The parts of a service that runs as a process of its own.
    ///
    /// # Errors
    /// One line that names what is missing.
    pub fn connect(service: ServiceName, config: &InfraConfig) -> Result<Self, BootError> {
        let database = config::secret(
            "DATABASE_URL",
            config.database_url.clone(),
            config.database_url_file.as_deref(),
        )?;
        let published = published_keys(config.internal_jwks_file.as_ref())?;
        let GatewayInfra { profile, redis, clock, ids, identity, http } = parts(service, config)?;
        Ok(Self {
            db: db::pool(
                required("DATABASE_URL", database)?.expose_secret(),
                service,
                config.database_connections,
            )?,
            verifier: Verifier::new(service, &published, clock.clone()),
            profile,
            redis,
            clock,
            ids,
            identity,
            http,
        })
    }

    /// The keyring a service seals with, from the file that `variable` names; in development without a file one that ends
    /// with the process.
    ///
    /// # Errors
    /// One line that names the variable.
    pub fn keyring(&self, variable: &str, file: Option<&Path>) -> Result<Keyring, BootError> {
        match file {
            Some(path) => {
                let json = std::fs::read_to_string(path).map_err(|error| {
                    BootError::Config(format!("{variable} {}: {error}", path.display()))
                })?;
                Keyring::from_json(&json)
                    .map_err(|error| BootError::Config(format!("{variable}: {error}")))
            }
            None if self.profile.is_development() => Ok(Keyring::generate(&self.ids)),
            None => Err(BootError::Config(format!("set {variable} to this service's keyring"))),
        }
    }
}

impl GatewayInfra {
    /// The parts of a gateway that runs as a process of its own.
    ///
    /// # Errors
    /// One line that names what is missing.
    pub fn connect(config: &InfraConfig) -> Result<Self, BootError> {
        parts(ServiceName::Gateway, config)
    }
}

/// What every process has.
fn parts(service: ServiceName, config: &InfraConfig) -> Result<GatewayInfra, BootError> {
    let redis =
        config::secret("REDIS_URL", config.redis_url.clone(), config.redis_url_file.as_deref())?;
    let clock: SharedClock = Arc::new(SystemClock);
    let key = config.internal_key_file.as_ref();
    let key = key.ok_or_else(|| {
        BootError::Config("set INTERNAL_KEY_FILE to this service's private key".into())
    })?;
    let key = signing_key(key)?;
    Ok(GatewayInfra {
        profile: config.profile,
        redis: RedisStore::open(
            required("REDIS_URL", redis)?.expose_secret(),
            &config.redis_prefix,
        )?,
        ids: Arc::new(Ids::random()),
        identity: Identity::new(service, key, clock.clone()),
        http: city_http::client(),
        clock,
    })
}

fn required(name: &'static str, value: Option<SecretString>) -> Result<SecretString, BootError> {
    value.ok_or_else(|| {
        BootError::Config(format!("set {name}, or {name}_FILE to a file that holds it"))
    })
}

/// Reads a private key: 64 hex digits.
///
/// # Errors
/// When the file cannot be read or holds something else.
pub fn signing_key(path: &Path) -> Result<SigningKey, BootError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        BootError::Config(format!("INTERNAL_KEY_FILE {}: {error}", path.display()))
    })?;
    let refused = || BootError::Config("INTERNAL_KEY_FILE must hold 64 hex digits".into());
    let hex = text.trim();
    let mut seed = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return Err(refused());
    }
    for (index, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[index * 2..index * 2 + 2], 16).map_err(|_| refused())?;
    }
    Ok(SigningKey::from_seed(&seed))
}

fn published_keys(file: Option<&PathBuf>) -> Result<Vec<PublishedKey>, BootError> {
    let path = file.ok_or_else(|| {
        BootError::Config("set INTERNAL_JWKS_FILE to the services' public keys".into())
    })?;
    let text = std::fs::read_to_string(path).map_err(|error| {
        BootError::Config(format!("INTERNAL_JWKS_FILE {}: {error}", path.display()))
    })?;
    serde_json::from_str(&text)
        .map_err(|error| BootError::Config(format!("INTERNAL_JWKS_FILE: {error}")))
}
