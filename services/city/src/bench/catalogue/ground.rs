//! What the parts stand on: private throwaway servers with the seed, and a catalogue on demand.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use city_auth::internal::{Identity, Verifier};
use city_auth::{Keyring, Principal, SigningKey};
use city_blobs::S3Settings;
use city_boot::{BootError, GatewayInfra, Infra, Process, Profile, RedisStore, Service, db};
use city_clock::{SharedClock, SystemClock};
use city_http::Limits;
use city_ids::{Ids, ServiceName};
use confique::{Config as _, Layer as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};

use crate::embedded::{Durability, Embedded, EmbeddedOptions};
use crate::start;

/// Connections to PostgreSQL of a service.
const DATABASE_CONNECTIONS: u32 = 16;

/// Where the servers are.
#[derive(Debug, Clone)]
pub(super) struct Servers {
    /// The database, with the rights of its owner.
    pub(super) database_url: SecretString,
    redis_url: SecretString,
    s3: S3Settings,
}

/// Where the parts find the seeded city.
pub(super) struct Ground {
    pub(super) servers: Servers,
    /// The folder of the servers' files and logs.
    pub(super) data_dir: PathBuf,
    /// What runs beside the measuring.
    pub(super) process: Process,
    pub(super) clock: SharedClock,
    pub(super) ids: Arc<Ids>,
    gateway: Identity,
    catalogue: Identity,
}

impl Ground {
    /// Starts private servers and seeds them.
    pub(super) async fn prepare() -> Result<(Self, Embedded), BootError> {
        let data_dir = std::env::temp_dir().join(format!("city-bench-{}", std::process::id()));
        let options = EmbeddedOptions {
            durability: Durability::Throwaway,
            ..EmbeddedOptions::all(&data_dir)
        };
        let embedded = Embedded::start(options)
            .await
            .map_err(|error| BootError::failed("starting servers", error))?;
        match Self::seeded(&embedded, &data_dir).await {
            Ok(ground) => Ok((ground, embedded)),
            Err(error) => {
                embedded.stop().await;
                remove(&data_dir)?;
                Err(error)
            }
        }
    }

    async fn seeded(embedded: &Embedded, data_dir: &Path) -> Result<Self, BootError> {
        let missing = || BootError::Config("a private server did not say where it is".into());
        let servers = Servers {
            database_url: embedded.postgres_url.clone().ok_or_else(missing)?,
            redis_url: embedded.redis_url.clone().ok_or_else(missing)?,
            s3: start::private_store(embedded).ok_or_else(missing)?,
        };
        let ground = Self::on(servers, data_dir.to_owned());
        let url = &ground.servers.database_url;
        let keyring = Arc::new(Keyring::generate(&ground.ids));
        start::migrate(url).await?;
        start::seed(url, Profile::Development, &keyring).await?;
        Ok(ground)
    }

    /// Stands on servers that are there.
    pub(super) fn on(servers: Servers, data_dir: PathBuf) -> Self {
        let (clock, ids): (SharedClock, _) = (Arc::new(SystemClock), Arc::new(Ids::random()));
        let identity =
            |name| Identity::new(name, SigningKey::from_seed(&ids.bytes()), Arc::clone(&clock));
        let (gateway, catalogue) =
            (identity(ServiceName::Gateway), identity(ServiceName::Catalogue));
        Self { servers, data_dir, process: Process::detached(), clock, ids, gateway, catalogue }
    }

    /// Stops everything and removes what it left.
    pub(super) async fn clear(self, servers: Embedded) -> Result<(), BootError> {
        self.process.tasks.shutdown(Duration::from_secs(9)).await;
        servers.stop().await;
        remove(&self.data_dir)
    }

    /// A connection of the benchmark's own, without the services' time limits.
    pub(super) async fn connect(&self) -> Result<PgConnection, BootError> {
        let url = self.servers.database_url.expose_secret();
        PgConnection::connect(url)
            .await
            .map_err(|error| BootError::failed("connecting to PostgreSQL", error))
    }

    /// The catalogue, answering from what is published now. Its workers are left to the caller.
    pub(super) async fn catalogue(&self) -> Result<Service, BootError> {
        let s3 = &self.servers.s3;
        let mut settings = <city_catalogue::Config as confique::Config>::Layer::empty();
        settings.s3.endpoint = Some(s3.endpoint.clone());
        settings.s3.region = Some(s3.region.clone());
        settings.s3.bucket = Some(s3.bucket.clone());
        settings.s3.access_key = Some(SecretString::from(s3.access_key.clone()));
        settings.s3.secret_key = Some(s3.secret_key.clone());
        let config = city_catalogue::Config::builder().preloaded(settings).env().load();
        let config = config.map_err(|error| BootError::Config(error.to_string()))?;
        let published = [self.gateway.published(), self.catalogue.published()];
        let name = ServiceName::Catalogue;
        let infra = Infra {
            profile: Profile::Development,
            db: db::pool(self.servers.database_url.expose_secret(), name, DATABASE_CONNECTIONS)?,
            redis: RedisStore::open(self.servers.redis_url.expose_secret(), "")?,
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            identity: self.catalogue.clone(),
            verifier: Verifier::new(name, &published, Arc::clone(&self.clock)),
            http: city_http::client(),
        };
        city_catalogue::build(config, infra).await
    }

    /// A gateway before a catalogue; what else it could ask is not there. Its Redis keys begin with the prefix.
    pub(super) fn gateway(
        &self,
        catalogue_url: &str,
        prefix: &str,
        response_cache: bool,
    ) -> Result<Service, BootError> {
        let mut settings = <city_gateway::Config as confique::Config>::Layer::empty();
        settings.catalogue_url = Some(catalogue_url.to_owned());
        settings.documents = Some(city_gateway::Mode::Trusted);
        settings.response_cache = Some(response_cache);
        let config = city_gateway::Config::builder().preloaded(settings).env().load();
        let config = config.map_err(|error| BootError::Config(error.to_string()))?;
        let infra = GatewayInfra {
            profile: Profile::Development,
            redis: RedisStore::open(self.servers.redis_url.expose_secret(), prefix)?,
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            identity: self.gateway.clone(),
            http: city_http::client(),
        };
        city_gateway::build(config, infra)
    }

    /// Serves a service's routes, with the proof of who asks and without the canonical line, and gives its URL.
    pub(super) async fn serve(&self, service: &Service) -> Result<String, BootError> {
        let routes = service.routes.clone();
        let routes = match service.verifier.clone() {
            Some(verifier) => routes
                .layer(axum::middleware::from_fn_with_state(verifier, city_auth::authenticate)),
            None => routes,
        };
        self.serve_routes(routes).await
    }

    /// Serves routes, and gives their URL.
    pub(super) async fn serve_routes(&self, routes: axum::Router) -> Result<String, BootError> {
        let listener = self.process.listen("127.0.0.1:0").await?;
        let url = format!("http://{}", Process::address(&listener)?);
        let stop = self.process.tasks.stopping();
        self.process.tasks.spawn(async move {
            city_http::serve(listener, routes, Limits::default(), stop).await;
        });
        Ok(url)
    }

    /// The header by which the catalogue knows who asks; good for half a minute.
    pub(super) fn bearer(&self, principal: &Principal) -> String {
        bearer(&self.gateway, principal)
    }

    /// Makes such headers elsewhere.
    pub(super) fn bearers(&self) -> impl Fn(&Principal) -> String + Send + Sync + use<> {
        let gateway = self.gateway.clone();
        move |principal| bearer(&gateway, principal)
    }
}

fn bearer(gateway: &Identity, principal: &Principal) -> String {
    format!("Bearer {}", gateway.mint(principal, ServiceName::Catalogue))
}

impl Servers {
    /// For another process of the benchmark.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "databaseUrl": self.database_url.expose_secret(),
            "redisUrl": self.redis_url.expose_secret(),
            "s3": {
                "endpoint": self.s3.endpoint, "region": self.s3.region, "bucket": self.s3.bucket,
                "accessKey": self.s3.access_key, "secretKey": self.s3.secret_key.expose_secret(),
            },
        })
    }

    /// As the other process told them.
    pub(super) fn from_json(told: &Value) -> Result<Self, BootError> {
        let text = |value: &Value| {
            let text = value.as_str().map(ToOwned::to_owned);
            text.ok_or_else(|| BootError::Config("only the benchmark starts this part".into()))
        };
        let s3 = &told["s3"];
        Ok(Self {
            database_url: text(&told["databaseUrl"])?.into(),
            redis_url: text(&told["redisUrl"])?.into(),
            s3: S3Settings {
                endpoint: text(&s3["endpoint"])?,
                region: text(&s3["region"])?,
                bucket: text(&s3["bucket"])?,
                access_key: text(&s3["accessKey"])?,
                secret_key: text(&s3["secretKey"])?.into(),
                public_endpoint: None,
            },
        })
    }
}

fn remove(data_dir: &Path) -> Result<(), BootError> {
    std::fs::remove_dir_all(data_dir)
        .map_err(|error| BootError::failed(format!("removing {}", data_dir.display()), error))
}
