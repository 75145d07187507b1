//! The catalogue as the tests of dossiers run it, its store, and a line to the store that can be cut.

use std::net::SocketAddr;
use std::sync::LazyLock;

use city_blobs::{Blobs, S3Settings};
use city_boot::{Infra, Service};
use city_catalogue::{Config, MIGRATOR, build, seed};
use city_ids::ServiceName;
use city_testkit::{City, Subject, TestS3};
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::procedure::publish;
use crate::subject;

/// The catalogue with that procedure.
pub struct Dossiers;

impl Subject for Dossiers {
    const NAME: ServiceName = ServiceName::Catalogue;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        start(infra, city_testkit::s3().endpoint, None).await
    }
}

/// The same, with a store and an accounts service that can go away.
pub struct OnALine;

/// Where the service looks for its store and for accounts: nobody listens there until a line is up.
pub static STORE: LazyLock<SocketAddr> = LazyLock::new(free);
pub static ACCOUNTS: LazyLock<SocketAddr> = LazyLock::new(free);

fn free() -> SocketAddr {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    free.local_addr().expect("it has an address")
}

impl Subject for OnALine {
    const NAME: ServiceName = ServiceName::Catalogue;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        start(infra, format!("http://{}", *STORE), Some(format!("http://{}", *ACCOUNTS))).await
    }
}

async fn start(infra: Infra, endpoint: String, accounts: Option<String>) -> Service {
    seed(&infra.db, infra.clock.now()).await.expect("the seed fits");
    publish(&infra.db).await;
    let s3 = bucket_of(&infra.db);
    connect(s3.clone()).ensure_bucket().await.expect("a bucket can be made");
    let mut config: Config = subject::config();
    config.s3.bucket = s3.bucket;
    config.s3.endpoint = endpoint;
    if let Some(accounts) = accounts {
        config.accounts_url = accounts;
    }
    build(config, infra).await.expect("the service is built")
}

/// A bucket of the test's own: ids repeat from test to test, and so do the names of files.
fn bucket_of(db: &PgPool) -> TestS3 {
    let options = db.connect_options();
    let database = options.get_database().expect("the pool has a database");
    TestS3 { bucket: database.replace('_', "-"), ..city_testkit::s3() }
}

fn connect(s3: TestS3) -> Blobs {
    Blobs::connect(S3Settings {
        endpoint: s3.endpoint,
        region: s3.region,
        bucket: s3.bucket,
        access_key: s3.access_key,
        secret_key: s3.secret_key.into(),
        public_endpoint: None,
    })
}

/// The test's bucket, to look behind the service.
pub fn store<S: Subject>(city: &City<S>) -> Blobs {
    connect(bucket_of(city.db()))
}

/// The line to the run's store; it is cut when this is dropped.
pub struct Line(#[expect(dead_code, reason = "the tasks end with it")] JoinSet<()>);

impl Line {
    pub async fn up() -> Self {
        let listener = TcpListener::bind(*STORE).await.expect("the port is free again");
        let store = city_testkit::s3().endpoint.trim_start_matches("http://").to_owned();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let store = store.clone();
                calls.spawn(async move {
                    let mut far = TcpStream::connect(store).await.expect("the store listens");
                    copy_bidirectional(&mut near, &mut far).await.unwrap_or_default(); // cut: that is the point
                });
            }
        });
        Self(tasks)
    }
}
