//! A private PostgreSQL cluster with one database, `city`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::Signal;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::migrate::MigrateDatabase as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _};

use super::account::Account;
use super::binaries::{self, PostgresPrograms};
use super::folder::{DataFolder, is_free};
use super::process::{Launch, Process};
use super::{Durability, EmbeddedError, orphan, secret};

const SERVER: &str = "PostgreSQL";
const USER: &str = "city";

/// Long enough for the recovery of a cluster that was killed under load.
const START_PATIENCE: Duration = Duration::from_mins(1);

/// A fast shutdown rolls open transactions back; 5 of the 8 seconds that all servers have together.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Two programs may pick the same free port at the same moment; the loser takes another.
const PORT_TRIES: usize = 3;

/// The running cluster.
#[derive(Debug)]
pub(super) struct Postgres {
    pub(super) process: Process,
    pub(super) url: SecretString,
}

/// Starts the cluster, made first when there is none.
pub(super) async fn start(folder: &DataFolder, launcher: &Path) -> Result<Postgres, EmbeddedError> {
    let account = Account::for_servers(&folder.join("postgres"))?;
    let home = folder.home("postgres", account)?;
    let cluster = home.join("cluster");
    let made_by = fs::read_to_string(cluster.join("PG_VERSION")).ok();
    let programs = binaries::find_postgres(&cluster, made_by.as_deref().map(str::trim))?;
    let password = secret::kept_in(&folder.secret("postgres.password"), 32)?;
    let launch =
        |at_parents_end| Launch { server: SERVER, launcher, account, at_parents_end, home: &home };
    if made_by.is_none() {
        make_cluster(folder, &launch(Signal::SIGTERM), &programs, &cluster, &password).await?;
    }
    let pid_file = cluster.join("postmaster.pid");
    orphan::end(&pid_file, &cluster)
        .await
        .map_err(EmbeddedError::file("remove the stale", pid_file))?;

    // Immediate shutdown: no goodbye to clients that died with us; the log brings the cluster back at the next start.
    let launch = launch(Signal::SIGQUIT);
    let mut tries = PORT_TRIES;
    loop {
        tries -= 1;
        let port = folder.port("postgres")?;
        let (log_path, log) = folder.log("postgres")?;
        let arguments = arguments(&cluster, port, folder.durability());
        let mut process =
            launch.start(&programs.folder.join("postgres"), arguments, (&log_path, log))?;
        let options = connect_options(port, &password);
        match process.ready(START_PATIENCE, async || answers(&options).await).await {
            Ok(()) => return with_database(process, port, &password).await,
            Err(EmbeddedError::Failed { .. }) if tries > 0 && !is_free(port) => {}
            Err(error) => {
                process.stop(Signal::SIGQUIT, STOP_PATIENCE).await;
                return Err(error);
            }
        }
    }
}

/// Stops the cluster: open transactions are rolled back, then all is written.
pub(super) async fn stop(postgres: Postgres) {
    postgres.process.stop(Signal::SIGINT, STOP_PATIENCE).await;
}

/// Makes the cluster beside its place and moves it there, so that a half-made one is never started.
async fn make_cluster(
    folder: &DataFolder,
    launch: &Launch<'_>,
    programs: &PostgresPrograms,
    cluster: &Path,
    password: &SecretString,
) -> Result<(), EmbeddedError> {
    tracing::info!(
        "Preparing a private PostgreSQL {} cluster in {}",
        programs.major,
        cluster.display()
    );
    let unfinished = launch.home.join("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(EmbeddedError::file("delete", &unfinished))?;
    }
    let password_file = PasswordFile::write(launch, password)?;
    let mut locales = ["C.UTF-8", "en_US.UTF-8"].into_iter();
    // Order by code points and letters of every language; macOS before 14 lacks the first name.
    while let Some(locale) = locales.next() {
        let mut arguments = vec![format!("--pgdata={}", unfinished.display())];
        arguments.push(format!("--pwfile={}", password_file.0.display()));
        arguments.push(format!("--lc-ctype={locale}"));
        arguments.extend(["--locale=C", "--encoding=UTF8", "--auth=scram-sha-256"].map(Into::into));
        arguments.extend([format!("--username={USER}"), "--no-instructions".into()]);
        if folder.durability() == Durability::Throwaway {
            arguments.push("--no-sync".into());
        }
        let log = folder.log("initdb")?;
        let made = launch
            .start(&programs.folder.join("initdb"), arguments, (&log.0, log.1))?
            .finish()
            .await;
        match made {
            Err(EmbeddedError::Failed { said, .. })
                if said.contains("invalid locale") && locales.len() > 0 => {}
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    fs::rename(&unfinished, cluster)
        .map_err(EmbeddedError::file("move the new cluster to", cluster))
}

/// The password as `initdb` reads it; deleted as soon as this is dropped.
struct PasswordFile(PathBuf);

impl PasswordFile {
    fn write(launch: &Launch<'_>, password: &SecretString) -> Result<Self, EmbeddedError> {
        let path = launch.home.join("initdb.password");
        secret::write_private(&path, password.expose_secret())?;
        let file = Self(path);
        if let Some(account) = launch.account {
            account.own(&file.0)?;
        }
        Ok(file)
    }
}

impl Drop for PasswordFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "Deleting {} failed",
                self.0.display()
            );
        }
    }
}

fn arguments(cluster: &Path, port: u16, durability: Durability) -> Vec<String> {
    let mut settings = vec![
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        "authentication_timeout=10s".to_owned(), // a silent connection can hold up an immediate shutdown for this long
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
        "log_error_verbosity=terse".to_owned(), // a DETAIL line quotes the row, and rows hold phones and names
    ];
    settings.extend(
        match durability {
            Durability::Lasting => {
                ["fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=200"]
            }
            Durability::Throwaway => [
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
                "max_connections=400",
            ],
        }
        .map(str::to_owned),
    );
    let mut arguments = vec!["-D".to_owned(), cluster.display().to_string()];
    arguments.extend(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
    arguments
}

fn connect_options(port: u16, password: &SecretString) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .username(USER)
        .password(password.expose_secret())
        .database("postgres")
        .ssl_mode(PgSslMode::Disable)
}

async fn answers(options: &PgConnectOptions) -> bool {
    match options.connect().await {
        Ok(connection) => connection.close().await.is_ok(),
        Err(error) => {
            tracing::trace!(
                error = &error as &dyn std::error::Error,
                "PostgreSQL does not answer yet"
            );
            false
        }
    }
}

async fn with_database(
    process: Process,
    port: u16,
    password: &SecretString,
) -> Result<Postgres, EmbeddedError> {
    let url = format!(
        "postgres://{USER}:{}@127.0.0.1:{port}/city?sslmode=disable",
        password.expose_secret()
    );
    let created = async {
        if !sqlx::Postgres::database_exists(&url).await? {
            sqlx::Postgres::create_database(&url).await?;
        }
        Ok(())
    };
    match created.await {
        Ok(()) => Ok(Postgres { process, url: url.into() }),
        Err(error) => {
            process.stop(Signal::SIGINT, STOP_PATIENCE).await;
            Err(EmbeddedError::Database(error))
        }
    }
}
