//! A whole city for one journey: every service in this process, over the run's real servers, each behind a proxy that can
//! be cut.

use std::sync::Arc;

use city_auth::Keyring;
use city_blobs::{Blobs, S3Settings};
use city_boot::{Process, Profile};
use city_city::start::{self, Parts};
use city_ids::Ids;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::proxy::Proxy;

/// A running city and the levers on what it stands on.
pub struct WholeCity {
    /// Base URL of the gateway.
    pub url: String,
    /// PostgreSQL as the services see it.
    pub postgres: Proxy,
    /// Redis as the services see it.
    pub redis: Proxy,
    /// The object store as services and phones see it.
    pub s3: Proxy,
    database_url: SecretString,
    prefix: String,
    process: Process,
}

/// Runs a journey through a new city, which is then stopped and its database dropped.
pub fn travel(journey: impl AsyncFnOnce(&WholeCity)) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        let city = WholeCity::start().await;
        journey(&city).await;
        city.stop().await;
    });
}

impl WholeCity {
    async fn start() -> Self {
        let process = Process::detached();
        let ids = Ids::random();
        let name = format!("t_city_{}", u64::from_be_bytes(ids.bytes()));
        admin(&format!("create database {name}")).await;
        let (server, _) = split(&city_testkit::postgres_url());
        let database_url = SecretString::from(format!("{server}/{name}"));
        start::migrate(&database_url).await.expect("the migrations apply");
        let keyring = Arc::new(Keyring::generate(&ids));
        start::seed(&database_url, Profile::Development, &keyring).await.expect("the seed applies");

        let postgres = Proxy::before(&authority(database_url.expose_secret())).await;
        let redis = Proxy::before(&authority(&city_testkit::redis_url())).await;
        let access = city_testkit::s3();
        let s3 = Proxy::before(&authority(&access.endpoint)).await;
        let prefix = format!("{name}:");
        let store = S3Settings {
            endpoint: access.endpoint.clone(),
            region: access.region,
            bucket: name.replace('_', "-"), // a ledger copies its heads into a bucket of its own
            access_key: access.access_key,
            secret_key: SecretString::from(access.secret_key),
            public_endpoint: None,
        };
        Blobs::connect(store.clone()).ensure_bucket().await.expect("the run's store makes buckets");
        let parts = Parts {
            profile: Profile::Development,
            database_url: through(database_url.expose_secret(), &postgres),
            redis_url: through(&city_testkit::redis_url(), &redis),
            redis_prefix: prefix.clone(),
            s3: S3Settings {
                endpoint: through(&access.endpoint, &s3).expose_secret().to_owned(),
                ..store
            },
            keyring,
            notifications_keyring_file: None,
            payments_keyring_file: None,
            payments_head_key_file: None,
            payments_durability: Some("throwaway"),
            response_cache: None,
            catalogue_keyring_file: None,
            listen: "127.0.0.1:0".to_owned(),
            photo_child: Some(city_testkit::city_program().into()),
        };
        let running = start::start(&parts, &process).await.expect("the city starts");
        let url = format!("http://{}", running.gateway);
        let city = Self { url, postgres, redis, s3, database_url, prefix, process };
        city.until_ready().await;
        city
    }

    /// Waits until the gateway is ready.
    pub async fn until_ready(&self) {
        let client = city_http::client();
        for _ in 0..200 {
            let answer = client.get(format!("{}/readyz", self.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the gateway is not ready after 10 s");
    }

    /// A connection to the city's database that goes round the proxy.
    pub async fn database(&self) -> PgConnection {
        PgConnection::connect(self.database_url.expose_secret())
            .await
            .expect("the run's PostgreSQL answers")
    }

    /// Deletes everything this city has in Redis, as a lost server would.
    pub async fn empty_redis(&self) {
        let client =
            redis::Client::open(city_testkit::redis_url()).expect("the run's Redis has a URL");
        let mut connection =
            client.get_multiplexed_async_connection().await.expect("the run's Redis answers");
        let keys: Vec<String> = redis::cmd("KEYS")
            .arg(format!("{}*", self.prefix))
            .query_async(&mut connection)
            .await
            .expect("keys list");
        if !keys.is_empty() {
            let _: i64 =
                redis::cmd("DEL").arg(keys).query_async(&mut connection).await.expect("keys go");
        }
    }

    async fn stop(self) {
        self.process.tasks.shutdown(std::time::Duration::from_secs(10)).await;
        let (_, name) = split(self.database_url.expose_secret());
        admin(&format!("drop database {name} with (force)")).await;
    }
}

async fn admin(statement: &str) {
    let mut connection = PgConnection::connect(&city_testkit::postgres_url())
        .await
        .expect("the run's PostgreSQL answers");
    connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await
        .expect("an administrator's statement works");
}

fn split(url: &str) -> (String, String) {
    let (server, name) = url.rsplit_once('/').expect("a database URL ends with a name");
    (server.to_owned(), name.to_owned())
}

/// `host:port` of a URL.
pub fn authority(url: &str) -> String {
    let (_, rest) = url.split_once("://").expect("a URL has a scheme");
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    authority.rsplit('@').next().unwrap_or(authority).to_owned()
}

/// The same URL by way of a proxy.
pub fn through(url: &str, proxy: &Proxy) -> SecretString {
    SecretString::from(url.replacen(&authority(url), &proxy.address().to_string(), 1))
}
