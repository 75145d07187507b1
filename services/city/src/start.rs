//! Starts every service on a loopback port of its own, with the gateway in front, as in production.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use city_auth::internal::{Identity, Verifier};
use city_auth::{Keyring, SigningKey};
use city_blobs::{S3Config, S3Settings};
use city_boot::{BootError, GatewayInfra, Infra, Process, Profile, RedisStore, Service, db};
use city_clock::{SharedClock, SystemClock};
use city_ids::{Ids, ServiceName};
use city_providersim::Simulator;
use confique::Layer as _;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::migrate::Migrator;
use sqlx::{Connection as _, PgConnection};
use tokio::net::TcpListener;

use crate::embedded::{Embedded, write_private};

/// Connections to PostgreSQL of each service: together below the 100 that a fresh server allows.
const DATABASE_CONNECTIONS: u32 = 16;

/// What a city stands on.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Development or production.
    pub profile: Profile,
    /// The database that holds every schema.
    pub database_url: SecretString,
    /// Redis.
    pub redis_url: SecretString,
    /// Prefix of every Redis key.
    pub redis_prefix: String,
    /// The object store.
    pub s3: S3Settings,
    /// The keys of accounts.
    pub keyring: Arc<Keyring>,
    /// The keyring file of notifications; none lets development make one that lasts as long as the process.
    pub notifications_keyring_file: Option<PathBuf>,
    /// The keyring file of catalogue, likewise.
    pub catalogue_keyring_file: Option<PathBuf>,
    /// The keyring file of payments, likewise.
    pub payments_keyring_file: Option<PathBuf>,
    /// The private key that signs the ledger; none lets development make one that lasts as long as the process.
    pub payments_head_key_file: Option<PathBuf>,
    /// How safe payments must be, when it is not the environment that says so: throwaway servers sync nothing.
    pub payments_durability: Option<&'static str>,
    /// Whether the gateway keeps answers, when it is not the environment that says so: a benchmark wants the whole way.
    pub response_cache: Option<bool>,
    /// Where the gateway listens.
    pub listen: String,
    /// The program that cleans photos when this one is not `city`.
    pub photo_child: Option<PathBuf>,
}

/// Where the parts of a running city listen.
#[derive(Debug, Clone, Copy)]
pub struct Running {
    /// The gateway: the only one for clients.
    pub gateway: SocketAddr,
}

/// The services that own a schema, with their migrations.
pub const SCHEMAS: [(ServiceName, &Migrator); 5] = [
    (ServiceName::Accounts, &city_accounts::MIGRATOR),
    (ServiceName::Reports, &city_reports::MIGRATOR),
    (ServiceName::Notifications, &city_notifications::MIGRATOR),
    (ServiceName::Catalogue, &city_catalogue::MIGRATOR),
    (ServiceName::Payments, &city_payments::MIGRATOR),
];

/// Brings a database to the present schemas.
///
/// # Errors
/// When PostgreSQL is away or a migration fails; nothing of that migration is then applied.
pub async fn migrate(database_url: &SecretString) -> Result<(), BootError> {
    for (service, migrator) in SCHEMAS {
        let doing = |step: &str| format!("{step} the schema of {service}");
        // A connection of its own: migrations may take longer than any request.
        let mut connection = PgConnection::connect(database_url.expose_secret())
            .await
            .map_err(|error| BootError::failed(doing("reaching the database for"), error))?;
        migrator
            .run(&mut connection)
            .await
            .map_err(|error| BootError::failed(doing("migrating"), error))?;
        connection.close().await.map_err(|error| BootError::failed(doing("finishing"), error))?;
    }
    Ok(())
}

/// Writes the facts and demo data of `seed/` into a migrated database; again, it changes only what differs.
///
/// # Errors
/// When PostgreSQL is away or a seed file is wrong.
pub async fn seed(
    database_url: &SecretString,
    profile: Profile,
    keyring: &Arc<Keyring>,
) -> Result<(), BootError> {
    let ids = Ids::random();
    let pool = |service| db::pool(database_url.expose_secret(), service, 2);
    let clock: SharedClock = Arc::new(SystemClock);
    let reports = city_reports::seed(&pool(ServiceName::Reports)?, clock.now()).await;
    reports.map_err(|error| BootError::failed("seeding reports", error))?;
    let notifications = city_notifications::seed(&pool(ServiceName::Notifications)?).await;
    notifications.map_err(|error| BootError::failed("seeding notifications", error))?;
    let catalogue = pool(ServiceName::Catalogue)?;
    let seeded = city_catalogue::seed(&catalogue, clock.now()).await;
    seeded.map_err(|error| BootError::failed("seeding the catalogue", error))?;
    if profile.is_development() {
        let published = city_catalogue::publish_demo(&catalogue, clock.now()).await;
        published.map_err(|error| BootError::failed("publishing the demonstration", error))?;
        let dossiers = city_catalogue::seed_demo(&catalogue, clock.now()).await;
        dossiers.map_err(|error| BootError::failed("seeding dossiers", error))?;
        city_accounts::seed(&pool(ServiceName::Accounts)?, keyring, &clock, &ids, profile).await?;
    }
    Ok(())
}

/// Starts the services of a migrated and seeded city; they run until the process stops.
///
/// # Errors
/// When an address is taken or a service cannot be built.
pub async fn start(parts: &Parts, process: &Process) -> Result<Running, BootError> {
    let gateway = process.listen(&parts.listen).await?;
    let listeners = [
        process.listen("127.0.0.1:0").await?,
        process.listen("127.0.0.1:0").await?,
        process.listen("127.0.0.1:0").await?,
        process.listen("127.0.0.1:0").await?,
        process.listen("127.0.0.1:0").await?,
    ];
    let mut urls = listeners.iter().map(url);
    let mut next = || urls.next().unwrap_or_else(|| Ok(String::new())); // one a listener
    let (accounts_url, reports_url, notifications_url) = (next()?, next()?, next()?);
    let (catalogue_url, payments_url) = (next()?, next()?);
    let running = Running { gateway: Process::address(&gateway)? };

    let people = People::new();
    let mut settings = <city_accounts::Config as confique::Config>::Layer::empty();
    settings.notifications_url = Some(notifications_url.clone());
    let infra = people.infra(ServiceName::Accounts, parts)?;
    let accounts = city_accounts::build(preset(settings)?, parts.keyring.clone(), infra).await?;

    let infra = people.infra(ServiceName::Reports, parts)?;
    let mut settings = reports_config(parts)?;
    settings.catalogue_url.clone_from(&catalogue_url);
    let reports = city_reports::build(settings, infra).await?;

    let mut settings = <city_notifications::Config as confique::Config>::Layer::empty();
    settings.keyring_file.clone_from(&parts.notifications_keyring_file);
    let infra = people.infra(ServiceName::Notifications, parts)?;
    let notifications = city_notifications::build(preset(settings)?, infra).await?;

    let infra = people.infra(ServiceName::Catalogue, parts)?;
    let catalogue = city_catalogue::build(catalogue_config(parts, &accounts_url)?, infra).await?;

    let infra = people.infra(ServiceName::Payments, parts)?;
    let mut config = payments_config(parts, &accounts_url)?;
    if parts.profile.is_development() && !config.providers.is_any() {
        let simulator = simulate_providers(process, &people, running.gateway).await?;
        let public_url = format!("http://{}", running.gateway);
        config.providers = config.providers.simulated(&simulator, &public_url);
    }
    // In production it says where it is reached: here, unless the environment names a place.
    if !parts.profile.is_development() && config.own_url.is_none() {
        config.own_url = Some(payments_url.clone());
    }
    let payments = city_payments::build(config, infra).await?;

    let mut settings = <city_gateway::Config as confique::Config>::Layer::empty();
    settings.accounts_url = Some(accounts_url);
    settings.reports_url = Some(reports_url);
    settings.notifications_url = Some(notifications_url);
    settings.catalogue_url = Some(catalogue_url);
    settings.payments_url = Some(payments_url);
    settings.response_cache = parts.response_cache;
    let front = city_gateway::build(preset(settings)?, people.gateway(parts)?)?;

    let services = [accounts, reports, notifications, catalogue, payments];
    for (service, listener) in services.into_iter().zip(listeners).chain([(front, gateway)]) {
        serve(process, service, &people.ids, listener);
    }
    Ok(running)
}

/// Starts the simulator of providers, which sends its notices to the gateway, and gives its URL.
async fn simulate_providers(
    process: &Process,
    people: &People,
    gateway: SocketAddr,
) -> Result<String, BootError> {
    let listener = process.listen("127.0.0.1:0").await?;
    let settings = city_providersim::Settings::throwaway(&format!("http://{gateway}/ipn/vnpay"));
    let seed = u64::from_be_bytes(people.ids.bytes());
    let (profile, clock, tasks) = (Profile::Development, people.clock.clone(), &process.tasks);
    let simulator = Simulator::start(profile, settings, clock, seed, listener, tasks)?;
    simulator.run(tasks);
    Ok(simulator.url())
}

/// What the use cases of reports stand on, without the service around them.
///
/// # Errors
/// When a variable does not parse.
pub fn reports_app(parts: &Parts) -> Result<city_reports::App, BootError> {
    city_reports::app(reports_config(parts)?, &People::new().infra(ServiceName::Reports, parts)?)
}

/// The settings of reports, with the store that the city decided.
///
/// # Errors
/// When a variable does not parse.
fn reports_config(parts: &Parts) -> Result<city_reports::Config, BootError> {
    let mut settings = <city_reports::Config as confique::Config>::Layer::empty();
    settings.s3 = store_settings(&parts.s3);
    settings.photo_child.clone_from(&parts.photo_child);
    preset(settings)
}

/// The store that the city decided, as a service's settings name it.
fn store_settings(store: &S3Settings) -> <S3Config as confique::Config>::Layer {
    let mut settings = <S3Config as confique::Config>::Layer::empty();
    settings.endpoint = Some(store.endpoint.clone());
    settings.region = Some(store.region.clone());
    settings.bucket = Some(store.bucket.clone());
    settings.public_endpoint.clone_from(&store.public_endpoint);
    settings.access_key = Some(SecretString::from(store.access_key.clone()));
    settings.secret_key = Some(store.secret_key.clone());
    settings
}

/// The settings of catalogue, with the store and the keyring that the city decided.
fn catalogue_config(
    parts: &Parts,
    accounts_url: &str,
) -> Result<city_catalogue::Config, BootError> {
    let mut settings = <city_catalogue::Config as confique::Config>::Layer::empty();
    settings.keyring_file.clone_from(&parts.catalogue_keyring_file);
    settings.accounts_url = Some(accounts_url.to_owned());
    settings.s3 = store_settings(&parts.s3);
    preset(settings)
}

/// The settings of payments, with the store, the keys and the level that the city decided.
fn payments_config(parts: &Parts, accounts_url: &str) -> Result<city_payments::Config, BootError> {
    let mut settings = <city_payments::Config as confique::Config>::Layer::empty();
    settings.head_key_file.clone_from(&parts.payments_head_key_file);
    settings.keyring_file.clone_from(&parts.payments_keyring_file);
    settings.durability = parts.payments_durability.map(str::to_owned);
    settings.accounts_url = Some(accounts_url.to_owned());
    settings.s3 = store_settings(&parts.s3);
    preset(settings)
}

/// The store that private servers started.
pub fn private_store(servers: &Embedded) -> Option<S3Settings> {
    let access = servers.s3.as_ref()?;
    Some(S3Settings {
        endpoint: access.endpoint.clone(),
        region: access.region.clone(),
        bucket: access.bucket.clone(),
        access_key: access.access_key.clone(),
        secret_key: access.secret_key.clone(),
        public_endpoint: None,
    })
}

fn serve(process: &Process, service: Service, ids: &Arc<Ids>, listener: TcpListener) {
    let (process, ids) = (process.clone(), ids.clone());
    let tasks = process.tasks.clone();
    tasks.spawn(async move { process.serve(service, ids, listener).await });
}

fn url(listener: &TcpListener) -> Result<String, BootError> {
    Ok(format!("http://{}", Process::address(listener)?))
}

/// A service's settings: what the city decides, then the environment, then the defaults.
fn preset<C: confique::Config>(decided: C::Layer) -> Result<C, BootError> {
    C::builder()
        .preloaded(decided)
        .env()
        .load()
        .map_err(|error| BootError::Config(error.to_string()))
}

/// The identities of all services of this process, made anew at each start.
struct People {
    identities: Vec<Identity>,
    clock: SharedClock,
    ids: Arc<Ids>,
    http: reqwest::Client,
}

impl People {
    fn new() -> Self {
        let (clock, ids): (SharedClock, _) = (Arc::new(SystemClock), Arc::new(Ids::random()));
        let identity =
            |name| Identity::new(name, SigningKey::from_seed(&ids.bytes()), clock.clone());
        let identities = ServiceName::ALL.map(identity).to_vec();
        Self { identities, clock, ids, http: city_http::client() }
    }

    fn identity(&self, service: ServiceName) -> Result<Identity, BootError> {
        let found = self.identities.iter().find(|identity| identity.service() == service);
        found.cloned().ok_or_else(|| BootError::Config(format!("{service} has no identity")))
    }

    fn infra(&self, service: ServiceName, parts: &Parts) -> Result<Infra, BootError> {
        let published: Vec<_> = self.identities.iter().map(Identity::published).collect();
        Ok(Infra {
            profile: parts.profile,
            db: db::pool(parts.database_url.expose_secret(), service, DATABASE_CONNECTIONS)?,
            redis: RedisStore::open(parts.redis_url.expose_secret(), &parts.redis_prefix)?,
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            identity: self.identity(service)?,
            verifier: Verifier::new(service, &published, self.clock.clone()),
            http: self.http.clone(),
        })
    }

    fn gateway(&self, parts: &Parts) -> Result<GatewayInfra, BootError> {
        Ok(GatewayInfra {
            profile: parts.profile,
            redis: RedisStore::open(parts.redis_url.expose_secret(), &parts.redis_prefix)?,
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            identity: self.identity(ServiceName::Gateway)?,
            http: self.http.clone(),
        })
    }
}

/// A keyring file, made at the first start.
///
/// # Errors
/// When the file cannot be read or written, or is damaged.
pub fn keyring_at(path: &Path) -> Result<Keyring, BootError> {
    match std::fs::read_to_string(path) {
        Ok(json) => Keyring::from_json(&json)
            .map_err(|error| BootError::failed(path.display().to_string(), error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let keyring = Keyring::generate(&Ids::random());
            write_private(path, &keyring.to_json())
                .map_err(|error| BootError::failed("making a keyring", error))?;
            Ok(keyring)
        }
        Err(error) => Err(BootError::failed(format!("reading {}", path.display()), error)),
    }
}

/// The file of the key that signs the ledger, made at the first start: receipts outlive the process.
///
/// # Errors
/// When the file cannot be read or written, or is damaged.
pub fn head_key_at(path: &Path) -> Result<(), BootError> {
    if !path.exists() {
        let seed: [u8; 32] = Ids::random().bytes();
        write_private(path, &hex::encode(seed))
            .map_err(|error| BootError::failed("making the key of the ledger", error))?;
    }
    city_payments::head_key(path).map(drop)
}
