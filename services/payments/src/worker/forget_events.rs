//! Forgets what merchants and billers were told long ago.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{App, payee};

/// The worker; several may run, each with events of its own.
#[derive(Debug)]
pub struct ForgetEvents(pub App);

#[async_trait]
impl Worker for ForgetEvents {
    fn name(&self) -> &'static str {
        "forget-events"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let forgotten = payee::forget_some_events(&self.0).await;
        let forgotten = forgotten.map_err(|error| WorkerError::new("forgetting events", error))?;
        Ok(if forgotten { Progress::Worked } else { Progress::Idle })
    }

    /// Nobody waits for it.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_mins(10)).await;
    }
}
