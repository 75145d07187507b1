//! Asks providers to give money back, and what became of it. Idempotent: the names of a refund there follow from it.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{self, App};

/// The worker; several may run, each refund is one's at a time.
#[derive(Debug)]
pub struct SendRefunds(pub App);

#[async_trait]
impl Worker for SendRefunds {
    fn name(&self) -> &'static str {
        "send-refunds"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let sent = app::send_one_refund(&self.0).await;
        let sent = sent.map_err(|error| WorkerError::new("giving money back", error))?;
        Ok(if sent { Progress::Worked } else { Progress::Idle })
    }

    /// The plan is in minutes.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}
