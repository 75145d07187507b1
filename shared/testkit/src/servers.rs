//! The servers of a test run, and a fresh database for each test.

use std::collections::HashMap;
use std::sync::LazyLock;

use city_ids::{Ids, ServiceName};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::sync::Mutex;

/// Where the run's S3 store is.
#[derive(Debug, Clone)]
pub struct TestS3 {
    /// Base URL.
    pub endpoint: String,
    /// Region of the signatures.
    pub region: String,
    /// A bucket that exists.
    pub bucket: String,
    /// Access key id.
    pub access_key: String,
    /// Secret key.
    pub secret_key: String,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test run passes its servers in the environment, and only this reads it"
)]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        let hint = "run the tests with `cargo xtask test`, which starts the servers";
        std::panic::panic_any(format!("{name} is not set: {hint}"))
    })
}

/// The run's PostgreSQL, as a superuser of its own private cluster.
pub fn postgres_url() -> String {
    variable("CITY_TEST_POSTGRES_URL")
}

/// The run's Redis.
pub fn redis_url() -> String {
    variable("CITY_TEST_REDIS_URL")
}

/// The `city` program of this build, for tests that kill it.
pub fn city_program() -> String {
    variable("CITY_TEST_PROGRAM")
}

/// The run's object store.
///
/// # Panics
/// When `CITY_TEST_S3` is not the JSON that `city infra` prints.
pub fn s3() -> TestS3 {
    let json: serde_json::Value =
        serde_json::from_str(&variable("CITY_TEST_S3")).expect("CITY_TEST_S3 is JSON");
    let text = |name: &str| {
        json[name].as_str().expect("CITY_TEST_S3 has the members that city infra prints").to_owned()
    };
    TestS3 {
        endpoint: text("endpoint"),
        region: text("region"),
        bucket: text("bucket"),
        access_key: text("access_key"),
        secret_key: text("secret_key"),
    }
}

/// Templates made by this process, by service; making one is exclusive also between processes.
static TEMPLATES: LazyLock<Mutex<HashMap<ServiceName, String>>> = LazyLock::new(Mutex::default);

/// A new database, cloned from the service's migrated template; its URL.
pub(crate) async fn fresh_database(service: ServiceName, migrator: &Migrator) -> String {
    let template = template(service, migrator).await;
    let name = format!("t_{service}_{}", u128::from_be_bytes(Ids::random().bytes()));
    let mut admin =
        PgConnection::connect(&postgres_url()).await.expect("the run's PostgreSQL answers");
    let clone = format!("create database {name} template {template} strategy file_copy");
    admin.execute(AssertSqlSafe(clone)).await.expect("a template can be cloned");
    url_of(&name)
}

/// Drops a database made by [`fresh_database`].
pub(crate) async fn drop_database(url: &str) {
    let name = url.rsplit('/').next().unwrap_or_default();
    let mut admin =
        PgConnection::connect(&postgres_url()).await.expect("the run's PostgreSQL answers");
    let drop = format!("drop database if exists {name} with (force)");
    admin.execute(AssertSqlSafe(drop)).await.expect("a test database can be dropped");
}

async fn template(service: ServiceName, migrator: &Migrator) -> String {
    let mut templates = TEMPLATES.lock().await;
    if let Some(name) = templates.get(&service) {
        return name.clone();
    }
    let checksum = migrator
        .iter()
        .flat_map(|migration| migration.checksum.iter().copied())
        .fold(17_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let name = format!("template_{service}_{checksum:x}");
    let mut admin =
        PgConnection::connect(&postgres_url()).await.expect("the run's PostgreSQL answers");
    admin.execute("select pg_advisory_lock(4617)").await.expect("the lock is free soon");
    let exists = admin
        .fetch_optional(AssertSqlSafe(format!(
            "select 1 from pg_database where datname = '{name}' and datistemplate"
        )))
        .await
        .expect("databases can be listed")
        .is_some();
    if !exists {
        admin
            .execute(AssertSqlSafe(format!("drop database if exists {name}")))
            .await
            .expect("a broken template goes");
        admin
            .execute(AssertSqlSafe(format!("create database {name}")))
            .await
            .expect("a database can be made");
        let mut connection =
            PgConnection::connect(&url_of(&name)).await.expect("the new database answers");
        migrator.run(&mut connection).await.expect("the migrations apply");
        connection.close().await.expect("the connection closes");
        let seal = format!("alter database {name} is_template true");
        admin.execute(AssertSqlSafe(seal)).await.expect("a database can become a template");
    }
    admin.execute("select pg_advisory_unlock(4617)").await.expect("the lock is ours");
    templates.insert(service, name.clone());
    name
}

fn url_of(database: &str) -> String {
    let url = postgres_url();
    let (server, _) = url.rsplit_once('/').expect("a PostgreSQL URL ends with a database");
    format!("{server}/{database}")
}
