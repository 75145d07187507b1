//! A private Redis or Valkey server with a password and an append-only file.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::account::Account;
use super::folder::{DataFolder, is_free};
use super::process::{Launch, Process};
use super::{Durability, EmbeddedError, binaries, orphan, secret};

const SERVER: &str = "Redis";

/// Long enough to load a large append-only file.
const START_PATIENCE: Duration = Duration::from_mins(1);

/// Two of the 8 seconds that all servers have together.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// Two programs may pick the same free port at the same moment; the loser takes another.
const PORT_TRIES: usize = 3;

/// The running server.
#[derive(Debug)]
pub(super) struct Redis {
    pub(super) process: Process,
    pub(super) url: SecretString,
}

/// Starts the server on its own files.
pub(super) async fn start(folder: &DataFolder, launcher: &Path) -> Result<Redis, EmbeddedError> {
    let program = binaries::find_redis()?;
    let account = Account::for_servers(&folder.join("redis"))?;
    let home = folder.home("redis", account)?;
    let password = secret::kept_in(&folder.secret("redis.password"), 32)?;
    let pid_file = home.join("redis.pid");
    orphan::end(&pid_file, &home)
        .await
        .map_err(EmbeddedError::file("remove the stale", &pid_file))?;

    let launch =
        Launch { server: SERVER, launcher, account, at_parents_end: Signal::SIGTERM, home: &home };
    let mut tries = PORT_TRIES;
    loop {
        tries -= 1;
        let port = folder.port("redis")?;
        let configuration = home.join("redis.conf");
        secret::write_private(
            &configuration,
            &settings(&home, port, &password, folder.durability()),
        )?;
        if let Some(account) = account {
            account.own(&configuration)?;
        }
        let (log_path, log) = folder.log("redis")?;
        let mut process = launch.start(&program, [&configuration], (&log_path, log))?;
        match process
            .ready(START_PATIENCE, async || answers(port, &password).await.unwrap_or(false))
            .await
        {
            Ok(()) => {
                let url = format!("redis://:{}@127.0.0.1:{port}/0", password.expose_secret());
                return Ok(Redis { process, url: url.into() });
            }
            Err(EmbeddedError::Failed { .. }) if tries > 0 && !is_free(port) => {}
            Err(error) => {
                process.stop(Signal::SIGTERM, STOP_PATIENCE).await;
                return Err(error);
            }
        }
    }
}

/// Stops the server; what it holds is in the append-only file.
pub(super) async fn stop(redis: Redis) {
    redis.process.stop(Signal::SIGTERM, STOP_PATIENCE).await;
}

/// A file, because every process of the machine may read the arguments of every other.
fn settings(home: &Path, port: u16, password: &SecretString, durability: Durability) -> String {
    let append_only = match durability {
        Durability::Lasting => "yes",
        Durability::Throwaway => "no",
    };
    let home = home.display();
    format!(
        "bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir \"{home}\"\npidfile \"{home}/redis.pid\"\n\
         appendonly {append_only}\nappendfsync everysec\nsave \"\"\nmaxmemory-policy noeviction\n",
        password = password.expose_secret(),
    )
}

/// Asks by hand: a client with a pool would be a heavy way to say PING.
async fn answers(port: u16, password: &SecretString) -> std::io::Result<bool> {
    let mut connection = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
    let asked = format!("AUTH {}\r\nPING\r\n", password.expose_secret());
    connection.write_all(asked.as_bytes()).await?;
    let mut answer = String::new();
    for _ in ["AUTH", "PING"] {
        connection.read_line(&mut answer).await?;
    }
    Ok(answer == "+OK\r\n+PONG\r\n") // while it loads its file it answers -LOADING
}
