//! Hands over what waits.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{self, App};

/// The worker; several may run.
#[derive(Debug)]
pub struct Deliveries(pub App);

#[async_trait]
impl Worker for Deliveries {
    fn name(&self) -> &'static str {
        "deliveries"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        match app::hand_over_due(&self.0).await {
            Ok(true) => Ok(Progress::Worked),
            Ok(false) => Ok(Progress::Idle),
            Err(error) => Err(WorkerError::new("handing over", error)),
        }
    }

    async fn idle(&self) {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
