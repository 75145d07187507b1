//! PostgreSQL and Redis of a chaos run: private, lasting, killed without warning.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use sqlx::{Connection as _, PgConnection, Row as _};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use url::Url;

use crate::ledger::proxy::Network;

/// Recovery of a database that was stopped under load, on a busy machine.
const START_PATIENCE: Duration = Duration::from_secs(90);

pub struct Servers {
    pub folder: PathBuf,
    pub postgres_url: String,
    pub redis_url: String,
    process: Child,
}

impl Servers {
    /// Starts them in a folder of this name: the tests of a process share its temporary folder.
    pub async fn start(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("city-{name}-{}", std::process::id()));
        let (process, access) = launch(&folder).await;
        let url = |name: &str| access[name].as_str().expect("the servers say where").to_owned();
        let (postgres_url, redis_url) = (url("postgres_url"), url("redis_url"));
        let servers = Self { folder, postgres_url, redis_url, process };
        let mut db = servers.connect().await;
        sqlx::raw_sql("create schema if not exists payments; set search_path to payments")
            .execute(&mut db)
            .await
            .expect("a schema");
        city_payments::MIGRATOR.run(&mut db).await.expect("the migrations apply");
        servers
    }

    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.postgres_url).await.expect("the database answers")
    }

    /// A network between PostgreSQL and one instance.
    pub async fn network(&self) -> Network {
        let url = self.url();
        let (host, port) = (url.host_str().expect("a host"), url.port().expect("a port"));
        Network::before(format!("{host}:{port}")).await
    }

    /// Where PostgreSQL is reached over a network.
    pub fn postgres_url_over(&self, network: &Network) -> String {
        let mut url = self.url();
        url.set_port(Some(network.address.port())).expect("it has a host");
        url.into()
    }

    fn url(&self) -> Url {
        Url::parse(&self.postgres_url).expect("the servers say a URL")
    }

    /// Kills the process that owns the servers: PostgreSQL gets its immediate stop in the same moment. Then starts both
    /// again on what they left.
    pub async fn kill_and_start_again(&mut self) {
        self.process.kill().await.expect("it can be killed");
        let (process, access) = launch(&self.folder).await;
        self.process = process;
        // The instances know one address only, as they know one name in production.
        assert_eq!(access["postgres_url"], self.postgres_url.as_str(), "on the same port");
    }

    /// Kills the server's process behind the leader: PostgreSQL throws all connections out and recovers. A follower has a
    /// connection of that name for a moment, too; the leader's is the one that holds the lock.
    pub async fn kill_ledger_backend(&self) {
        let mut db = self.connect().await;
        for _ in 0..100 {
            let pid = sqlx::raw_sql(
                "select a.pid from pg_stat_activity a join pg_locks l on l.pid = a.pid and l.locktype = 'advisory' and l.granted
                 where a.application_name = 'city-payments-ledger'",
            );
            let row = pid.fetch_optional(&mut db).await.expect("a list");
            if row.is_some_and(|row| try_signal("-KILL", row.get::<i32, _>(0).unsigned_abs())) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await; // just now nobody leads
        }
        assert!(self.postgres_url.is_empty(), "nobody leads the ledger");
    }

    pub async fn stop(mut self) {
        drop(self.process.stdin.take());
        let ended = timeout(START_PATIENCE, self.process.wait()).await.expect("they end in time");
        assert!(ended.expect("it is our child").success());
    }
}

impl Drop for Servers {
    /// Whoever may not enter the folder keeps its files elsewhere, behind a link.
    fn drop(&mut self) {
        let links = ["postgres", "redis"].map(|name| std::fs::read_link(self.folder.join(name)));
        let elsewhere = links.iter().flatten().filter_map(|link| link.parent());
        let deleted = elsewhere.chain([&*self.folder]).try_for_each(std::fs::remove_dir_all);
        if !std::thread::panicking() {
            deleted.expect("what the test made can be deleted");
        }
    }
}

async fn launch(folder: &PathBuf) -> (Child, Value) {
    let mut process = Command::new(city_testkit::city_program())
        .args(["infra", "--data"])
        .arg(folder)
        .stdin(Stdio::piped()) // as long as it is open, the servers run
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the servers start");
    let mut lines = BufReader::new(process.stdout.take().expect("its output is ours")).lines();
    let line =
        timeout(START_PATIENCE, lines.next_line()).await.expect("the servers are up in time");
    let line = line.expect("its output is text").expect("the servers say where they are");
    (process, serde_json::from_str(&line).expect("in JSON"))
}

/// Sends a signal to a process.
pub fn signal(name: &str, pid: u32) {
    assert!(try_signal(name, pid), "{name} to {pid}");
}

/// The same; false when there is no such process any more.
fn try_signal(name: &str, pid: u32) -> bool {
    let sent = std::process::Command::new("kill").arg(name).arg(pid.to_string()).status();
    sent.expect("there is a kill").success()
}
