//! Asks providers about orders by the plan: notices get lost. Idempotent: what is said twice takes effect once.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{self, App};

/// The worker; several may run, each order is asked about by one.
#[derive(Debug)]
pub struct AskProviders(pub App);

#[async_trait]
impl Worker for AskProviders {
    fn name(&self) -> &'static str {
        "ask-providers"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let asked = app::ask_about_one(&self.0).await;
        let asked = asked.map_err(|error| WorkerError::new("asking providers", error))?;
        Ok(if asked { Progress::Worked } else { Progress::Idle })
    }

    /// The plan is in minutes.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}
