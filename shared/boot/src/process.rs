//! A process of the city: runtime, signals, exit code.

use std::io::Write as _;
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
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Anything else, with what was being done.
    #[error("{doing}")]
    Failed {
        /// What was being done.
        doing: String,
        /// What refused.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl BootError {
    /// A failure while doing something.
    pub fn failed(
        doing: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Failed { doing: doing.into(), source: source.into() }
    }
}

/// What a process has once: its background work and its metrics.
#[derive(Debug, Clone)]
pub struct Process {
    /// Background work, and the token that ends it.
    pub tasks: Tasks,
    metrics: Option<PrometheusHandle>,
}

/// Runs a service's process ([`run`]) and says on failure, in one line, what to do.
pub fn main<F: Future<Output = Result<(), BootError>>>(
    work: impl FnOnce(Process) -> F,
) -> ExitCode {
    match run(work) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = city_http::chain(&error);
            if tracing::event_enabled!(tracing::Level::ERROR) {
                tracing::error!("{line}");
            } else {
                // The subscriber itself could not be installed; nobody is left to tell when this fails too.
                writeln!(std::io::stderr(), "error: {line}").unwrap_or_default();
            }
            ExitCode::FAILURE
        }
    }
}

/// Runs a process: crypto providers, telemetry, runtime, then `work`; ends it on SIGINT or SIGTERM, or when `work` ends.
///
/// # Errors
/// Whatever keeps it from starting, and what `work` answers.
pub fn run<F: Future<Output = Result<(), BootError>>>(
    work: impl FnOnce(Process) -> F,
) -> Result<(), BootError> {
    install_crypto();
    let metrics = telemetry::install()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| BootError::failed("starting the runtime", error))?;
    runtime.block_on(until_stopped(Process { tasks: Tasks::new(), metrics: Some(metrics) }, work))
}

/// Both libraries panic when they have to guess a provider; "already installed" is fine.
fn install_crypto() {
    rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap_or_default();
    jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default().unwrap_or_default();
}

async fn until_stopped<F>(
    process: Process,
    work: impl FnOnce(Process) -> F,
) -> Result<(), BootError>
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
    let done = work(process.clone()).await;
    process.tasks.shutdown(Duration::from_secs(10)).await;
    done
}

/// Waits for SIGINT or SIGTERM.
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        tracing::warn!("Signals cannot be caught; stop this process with SIGKILL");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

impl Process {
    /// A process whose runtime and signals are somebody else's: a test, a benchmark.
    pub fn detached() -> Self {
        install_crypto();
        Self { tasks: Tasks::new(), metrics: None }
    }

    /// Runs a service's workers and serves its routes until shutdown.
    pub async fn serve(&self, service: Service, ids: Arc<Ids>, listener: TcpListener) {
        let router = service.router(ids, self.metrics.clone());
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
        TcpListener::bind(address)
            .await
            .map_err(|source| BootError::Listen { address: address.to_owned(), source })
    }

    /// The address a listener got.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn address(listener: &TcpListener) -> Result<SocketAddr, BootError> {
        listener.local_addr().map_err(|error| BootError::failed("asking for the address", error))
    }
}
