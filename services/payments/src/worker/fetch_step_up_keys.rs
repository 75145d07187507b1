//! Fetches the keys of confirmations at start, and again every minute. Ordering: none needed.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::App;

/// Keys are rolled by publishing the next one well before it signs.
const REFRESH: Duration = Duration::from_mins(1);

/// The worker.
#[derive(Debug)]
pub struct FetchStepUpKeys(pub App);

#[async_trait]
impl Worker for FetchStepUpKeys {
    fn name(&self) -> &'static str {
        "fetch-step-up-keys"
    }

    /// While accounts is away the known keys go on counting, so that is no failure.
    async fn step(&self) -> Result<Progress, WorkerError> {
        if let Err(error) = self.0.step_up.fetch().await {
            tracing::warn!(error = %error, "The keys of confirmations could not be fetched");
        }
        Ok(Progress::Idle)
    }

    async fn idle(&self) {
        tokio::time::sleep(REFRESH).await;
    }
}
