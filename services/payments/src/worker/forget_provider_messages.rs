//! Forgets messages in providers' names that were never proven, after 7 days.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::App;
use crate::error::{Error, fault};
use crate::store;

const KEPT: chrono::Duration = chrono::Duration::days(7);

/// The worker; several may run.
#[derive(Debug)]
pub struct ForgetProviderMessages(pub App);

impl ForgetProviderMessages {
    async fn forget(&self) -> Result<Progress, Error> {
        let mut db = self.0.db.acquire().await.map_err(fault("connecting"))?;
        let forgotten = store::provider::forget(&mut db, self.0.clock.now() - KEPT).await?;
        Ok(if forgotten > 0 { Progress::Worked } else { Progress::Idle })
    }
}

#[async_trait]
impl Worker for ForgetProviderMessages {
    fn name(&self) -> &'static str {
        "forget-provider-messages"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.forget().await.map_err(|error| WorkerError::new("forgetting messages", error))
    }

    /// Nobody waits for it.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_mins(10)).await;
    }
}
