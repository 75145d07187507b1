//! The end of the process as sockets see it: 1012, spread over some seconds, and shutdown waits for it.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A little longer than the sockets need.
const AT_MOST: Duration = Duration::from_millis(9_500);

/// Notices that shutdown began: a worker's idling is dropped then, and that cancels the token.
pub struct Sentinel(pub CancellationToken);

#[async_trait]
impl Worker for Sentinel {
    fn name(&self) -> &'static str {
        "gateway.drain-sentinel"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        Ok(Progress::Idle)
    }

    async fn idle(&self) {
        let _when_dropped = self.0.clone().drop_guard();
        std::future::pending::<()>().await;
    }
}

/// Waits for that moment and then for the sockets. Its one step is never interrupted, so shutdown waits for it.
pub struct Drain {
    pub draining: CancellationToken,
    pub tasks: TaskTracker,
}

#[async_trait]
impl Worker for Drain {
    fn name(&self) -> &'static str {
        "gateway.drain"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.draining.cancelled().await;
        self.tasks.close();
        if tokio::time::timeout(AT_MOST, self.tasks.wait()).await.is_err() {
            tracing::warn!(
                sockets.open = self.tasks.len(),
                "Sockets were still open at the end of the drain time"
            );
        }
        Ok(Progress::Idle)
    }
}
