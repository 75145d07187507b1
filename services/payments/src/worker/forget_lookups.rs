//! Forgets how often payees were looked up in windows that are over.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::App;
use crate::error::{Error, fault};
use crate::store;

/// The worker; several may run.
#[derive(Debug)]
pub struct ForgetLookups(pub App);

impl ForgetLookups {
    async fn forget(&self) -> Result<Progress, Error> {
        let mut db = self.0.db.acquire().await.map_err(fault("connecting"))?;
        let forgotten = store::lookup::forget(&mut db, self.0.clock.now()).await?;
        Ok(if forgotten > 0 { Progress::Worked } else { Progress::Idle })
    }
}

#[async_trait]
impl Worker for ForgetLookups {
    fn name(&self) -> &'static str {
        "forget-lookups"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.forget().await.map_err(|error| WorkerError::new("forgetting lookups", error))
    }

    /// Nobody waits for it.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_mins(10)).await;
    }
}
