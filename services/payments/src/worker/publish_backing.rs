//! Publishes every day what backs the wallets. Idempotent: a day has one statement.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{App, publish_backing};

/// The worker; the instance that writes the ledger does it.
#[derive(Debug)]
pub struct PublishBacking(pub App);

#[async_trait]
impl Worker for PublishBacking {
    fn name(&self) -> &'static str {
        "publish-backing"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let published = publish_backing(&self.0).await;
        let published = published
            .map_err(|error| WorkerError::new("publishing what backs the wallets", error))?;
        Ok(if published { Progress::Worked } else { Progress::Idle })
    }

    /// Midnight may be a few seconds old.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}
