//! Background work that shutdown waits for.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::worker::{self, Worker};

/// The background work of a process.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// No work yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The token that is cancelled when shutdown begins.
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Runs a future that ends by itself once [`Tasks::stopping`] is cancelled.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(future);
    }

    /// Runs a worker until shutdown.
    pub fn run(&self, worker: Arc<dyn Worker>) {
        self.tracker.spawn(worker::run(worker, self.stop.clone()));
    }

    /// Begins shutdown and waits for all work to end, at most `patience`.
    pub async fn shutdown(&self, patience: Duration) {
        self.stop.cancel();
        self.tracker.close();
        if tokio::time::timeout(patience, self.tracker.wait()).await.is_err() {
            tracing::warn!(
                unfinished = self.tracker.len(),
                "Background work was still under way at the end of the patience"
            );
        }
    }
}
