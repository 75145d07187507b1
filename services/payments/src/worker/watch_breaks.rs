//! Watches over differences with providers. Idempotent: each is opened once and alarmed about once.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{App, watch_breaks};

/// The worker; the instance that writes the ledger does it.
#[derive(Debug)]
pub struct WatchBreaks(pub App);

#[async_trait]
impl Worker for WatchBreaks {
    fn name(&self) -> &'static str {
        "watch-breaks"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        if !self.0.ledger.is_leading() {
            return Ok(Progress::Idle);
        }
        let any = watch_breaks(&self.0).await;
        let any = any.map_err(|error| WorkerError::new("watching over differences", error))?;
        Ok(if any { Progress::Worked } else { Progress::Idle })
    }

    /// They are due in days.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
}
