//! Private PostgreSQL, Redis and S3 servers, so that a bare machine runs the city with one command.
//!
//! The servers are the real ones, on loopback ports, with passwords made at the first start. Everything they keep is in
//! one data folder; one process at a time owns it. They end with this process, also when it is killed.
//!
//! Invariant: PostgreSQL and Redis are started by one thread that lives until they have stopped. The kernel sends the
//! parent-death signal when the *thread* that started a child ends, so a worker of a runtime's pool must never start one.
//!
//! Not here: which of the three are wanted, and what runs on them. That is the caller's decision.

mod account;
mod binaries;
mod error;
mod folder;
mod orphan;
mod postgres;
mod process;
mod redis;
mod s3;
mod secret;
mod thread;

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use tokio::sync::oneshot;

pub use self::binaries::find_pgbench;
pub use self::error::EmbeddedError;
pub use self::s3::S3Access;
pub use self::secret::write_private;

/// Whether the data outlives the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every commit reaches the disk; the data is there at the next start.
    Lasting,
    /// Starts empty, never waits for the disk and is deleted at the end: for tests.
    Throwaway,
}

/// Which servers to start, and where.
#[derive(Debug, Clone)]
pub struct EmbeddedOptions {
    /// The folder that keeps the data, the passwords and the logs; made when it is not there.
    pub data_dir: PathBuf,
    /// Start PostgreSQL.
    pub postgres: bool,
    /// Start Redis.
    pub redis: bool,
    /// Start the S3 store.
    pub s3: bool,
    /// Whether the data outlives the servers.
    pub durability: Durability,
    /// The program that has the `child-guard` command, `city`: the running program, except for a test binary.
    pub launcher: PathBuf,
}

impl EmbeddedOptions {
    /// All three servers with lasting data in `data_dir`.
    pub fn all(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            postgres: true,
            redis: true,
            s3: true,
            durability: Durability::Lasting,
            launcher: this_program(),
        }
    }
}

/// On Linux the link to the running program stays right when the file is rebuilt meanwhile.
fn this_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        PathBuf::from("/proc/self/exe")
    } else {
        std::env::current_exe().unwrap_or_else(|_| PathBuf::from("city"))
    }
}

/// The running servers and how to reach them.
#[derive(Debug)]
pub struct Embedded {
    /// `DATABASE_URL` of the database `city`, when PostgreSQL was asked for.
    pub postgres_url: Option<SecretString>,
    /// `REDIS_URL`, when Redis was asked for.
    pub redis_url: Option<SecretString>,
    /// The bucket and its keys, when the S3 store was asked for.
    pub s3: Option<S3Access>,
    stop: oneshot::Sender<()>,
    stopped: oneshot::Receiver<()>,
    ended_early: Option<oneshot::Receiver<EmbeddedError>>,
}

impl Embedded {
    /// Starts the servers and waits until each answers. A cluster left by a crash is recovered first.
    ///
    /// # Errors
    /// `Missing`, `TooOld` and `OtherMajor` when this machine lacks the right server, `InUse` when another process owns the
    /// folder, `OtherDurability` when the folder was made for the other kind of data, `Failed` and `TooSlow` when a server
    /// does not come up; the rest when the machine refuses something.
    pub async fn start(options: EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let (started, answer) = oneshot::channel();
        let (stop, asked_to_stop) = oneshot::channel();
        let (on_stopped, stopped) = oneshot::channel();
        let (on_early_end, ended_early) = oneshot::channel();
        let channels = thread::Channels { started, asked_to_stop, on_early_end, on_stopped };
        std::thread::Builder::new()
            .name("embedded-servers".into())
            .spawn(move || thread::run(&options, channels))
            .map_err(EmbeddedError::Thread)?;
        let thread::Started { postgres_url, redis_url, s3 } =
            answer.await.map_err(|_| EmbeddedError::ThreadEnded)??;
        Ok(Self { postgres_url, redis_url, s3, stop, stopped, ended_early: Some(ended_early) })
    }

    /// Waits until a server ends by itself and says which; the others are then stopped too. Never returns while all run.
    pub async fn ended_early(&mut self) -> EmbeddedError {
        match self.ended_early.as_mut() {
            Some(receiver) => {
                let ended = receiver.await;
                self.ended_early = None;
                ended.unwrap_or(EmbeddedError::ThreadEnded)
            }
            None => std::future::pending().await,
        }
    }

    /// Stops the servers in order, within 8 seconds, and waits for their end: S3, Redis, PostgreSQL.
    pub async fn stop(self) {
        drop(self.stop);
        // An error means that the thread is gone, and with it the servers.
        self.stopped.await.unwrap_or(());
    }
}
