//! A process of the city: runtime, signals, exit code.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use city_http::Limits;
use city_ids::Ids;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use crate::service::Service;
use crate::tasks::Tasks;
use crate::telemetry;

/// Why a process cannot start; its text is one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// A variable is missing or wrong.
    #[error("{0}")]
    Config(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Anything else, with what was being done.
    #[error("{doing}: {source}")]
    Failed {
        /// What was being done.
        doing: String,
        /// What refused.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl BootError {
    /// A failure while doing something.
    pub fn failed(doing: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed { doing: doing.into(), source: source.into() }
    }
}

/// What a process has once: its background work and its metrics.
#[derive(Debug, Clone)]
pub struct Process {
    /// Background work, and the token that ends it.
    pub tasks: Tasks,
    metrics: PrometheusHandle,
}

/// Runs a process: crypto providers, telemetry, runtime, then `run`; ends it on SIGINT or SIGTERM, or when `run` ends.
pub fn main<F: Future<Output = Result<(), BootError>>>(run: impl FnOnce(Process) -> F) -> ExitCode {
    let done = start().and_then(|(runtime, process)| runtime.block_on(until_stopped(process, run)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            if !tracing::event_enabled!(tracing::Level::ERROR) {
                // The subscriber itself could not be installed.
                use std::io::Write as _;
                let unseen = writeln!(std::io::stderr(), "error: {error}");
                drop(unseen);
            }
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(tokio::runtime::Runtime, Process), BootError> {
    install_crypto();
    let metrics = telemetry::install()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| BootError::failed("starting the runtime", error))?;
    Ok((runtime, Process { tasks: Tasks::new(), metrics }))
}

/// Both libraries panic when they have to guess a provider; "already installed" is fine.
fn install_crypto() {
    rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap_or_default();
    jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default().unwrap_or_default();
}

async fn until_stopped<F>(process: Process, run: impl FnOnce(Process) -> F) -> Result<(), BootError>
where
    F: Future<Output = Result<(), BootError>>,
{
    let stop = process.tasks.stopping();
    let signalled = stop.clone();
    process.tasks.spawn(async move {
        tokio::select! {
            () = terminated() => tracing::info!("Stopping"),
            () = signalled.cancelled() => {}
        }
        signalled.cancel();
    });
    let done = run(process.clone()).await;
    process.tasks.shutdown(Duration::from_secs(10)).await;
    done
}

/// Waits for SIGINT or SIGTERM.
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
        tracing::warn!("Signals cannot be caught; stop this process with SIGKILL");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

impl Process {
    /// Runs a service's workers and serves its routes until shutdown.
    pub async fn serve(&self, service: Service, ids: Arc<Ids>, listener: TcpListener) {
        let router = service.router(ids, Some(self.metrics.clone()));
        for worker in service.workers {
            self.tasks.run(worker);
        }
        city_http::serve(listener, router, Limits::default(), self.tasks.stopping()).await;
    }

    /// Listens on an address.
    ///
    /// # Errors
    /// When it is taken or not ours.
    pub async fn listen(&self, address: &str) -> Result<TcpListener, BootError> {
        TcpListener::bind(address).await.map_err(|source| BootError::Listen { address: address.to_owned(), source })
    }

    /// The address a listener got.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn address(listener: &TcpListener) -> Result<SocketAddr, BootError> {
        listener.local_addr().map_err(|error| BootError::failed("asking for the address", error))
    }
}
