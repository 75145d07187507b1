//! A worker: one consumer or schedule that does a bounded step at a time, so that tests can step it too.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

/// What a step found to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Something was done, and there may be more.
    Worked,
    /// There is nothing to do now.
    Idle,
}

/// Why a step failed; it is tried again after a pause.
#[derive(Debug, thiserror::Error)]
#[error("{doing}")]
pub struct WorkerError {
    /// What the worker was doing.
    pub doing: &'static str,
    /// What refused.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl WorkerError {
    /// A failure while doing something.
    pub fn new(
        doing: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { doing, source: source.into() }
    }
}

/// Background work in steps.
#[async_trait]
pub trait Worker: Send + Sync {
    /// Its name in logs.
    fn name(&self) -> &'static str;

    /// Does a bounded piece of work. Stopping between steps loses nothing.
    async fn step(&self) -> Result<Progress, WorkerError>;

    /// Waits until there may be work again.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Steps a worker until `stop`. A failed step is logged and tried again after a growing pause.
pub(crate) async fn run(worker: Arc<dyn Worker>, stop: CancellationToken) {
    let mut pause = FIRST_PAUSE;
    while !stop.is_cancelled() {
        match worker.step().await {
            Ok(Progress::Worked) => pause = FIRST_PAUSE,
            Ok(Progress::Idle) => {
                pause = FIRST_PAUSE;
                tokio::select! {
                    () = worker.idle() => {}
                    () = stop.cancelled() => {}
                }
            }
            Err(error) => {
                let chain = city_http::chain(&error);
                tracing::warn!(
                    worker = worker.name(),
                    error.chain = chain,
                    "Worker {} will try again",
                    worker.name()
                );
                tokio::select! {
                    () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                    () = stop.cancelled() => {}
                }
            }
        }
    }
}
