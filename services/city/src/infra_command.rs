//! `city infra`: the three servers alone, for tests and for trying out one service.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use secrecy::ExposeSecret;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::embedded::{Durability, Embedded, EmbeddedError, EmbeddedOptions};

/// Start private PostgreSQL, Redis and S3 servers and print how to reach them.
///
/// One line of JSON on standard output says where they are: `postgres_url`, `redis_url` and `s3`. They run until
/// standard input closes or the command is interrupted, and they end with it even when it is killed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: keep the servers of this folder running while you work on one service\n  \
                        city infra --data .city"
)]
pub struct InfraCommand {
    /// The folder that keeps the data, the passwords and the logs; made when it is not there.
    #[arg(long, value_name = "DIR", default_value = ".city")]
    data: PathBuf,
    /// Fast servers for tests: start empty, never wait for the disk, leave nothing behind.
    ///
    /// A folder that holds lasting data is refused.
    #[arg(long)]
    throwaway: bool,
}

/// Why the servers did not start or did not last.
#[derive(Debug, thiserror::Error)]
pub enum InfraError {
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    #[error("could not prepare the command")]
    Prepare(#[source] std::io::Error),
    #[error("could not print where the servers are")]
    Print(#[source] std::io::Error),
}

/// Starts the servers, prints the line, waits, stops them.
///
/// # Errors
/// `Embedded` when a server does not start or ends by itself, `Prepare` and `Print` when the process lacks what it needs.
pub fn run(command: &InfraCommand) -> Result<(), InfraError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(InfraError::Prepare)?
        .block_on(serve(command))
}

async fn serve(command: &InfraCommand) -> Result<(), InfraError> {
    let mut until = Until::listen().map_err(InfraError::Prepare)?;
    let durability = if command.throwaway { Durability::Throwaway } else { Durability::Lasting };
    let options = EmbeddedOptions { durability, ..EmbeddedOptions::all(&command.data) };
    let mut embedded = tokio::select! {
        started = Embedded::start(options) => started?,
        () = until.asked() => return Ok(()), // whatever had started is stopped by its own thread, or by the kernel
    };
    let outcome = match print(&embedded) {
        Ok(()) => tokio::select! {
            error = embedded.ended_early() => Err(error.into()),
            () = until.asked() => Ok(()),
        },
        Err(source) => Err(InfraError::Print(source)),
    };
    embedded.stop().await;
    outcome
}

fn print(embedded: &Embedded) -> std::io::Result<()> {
    let line = json!({
        "postgres_url": embedded.postgres_url.as_ref().map(ExposeSecret::expose_secret),
        "redis_url": embedded.redis_url.as_ref().map(ExposeSecret::expose_secret),
        "s3": embedded.s3.as_ref().map(|s3| json!({
            "endpoint": s3.endpoint,
            "region": s3.region,
            "bucket": s3.bucket,
            "access_key": s3.access_key,
            "secret_key": s3.secret_key.expose_secret(),
        })),
    });
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// The ways of asking the command to end.
struct Until {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    input_closed: oneshot::Receiver<()>,
}

impl Until {
    fn listen() -> std::io::Result<Self> {
        let (closed, input_closed) = oneshot::channel();
        // A thread of its own: a blocked read of standard input must not keep the runtime from ending.
        std::thread::Builder::new().name("standard-input".into()).spawn(move || {
            let mut ignored = [0; 4096];
            while matches!(std::io::stdin().read(&mut ignored), Ok(1..)) {}
            drop(closed); // the receiver sees this as the answer
        })?;
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            input_closed,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
            _ = &mut self.input_closed => {}
        }
    }
}
