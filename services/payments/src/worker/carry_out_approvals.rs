//! Does what second officers approved and a crash kept from being done. Idempotent: the ledger does each once.

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{App, carry_out};
use crate::error::Error;
use crate::store;

/// The worker; several may run.
#[derive(Debug)]
pub struct CarryOutApprovals(pub App);

impl CarryOutApprovals {
    async fn next(&self) -> Result<Progress, Error> {
        let waiting = {
            let mut db = self.0.db.acquire().await.map_err(crate::error::fault("connecting"))?;
            store::approval::find_to_do(&mut db).await?
        };
        let Some(approval) = waiting else { return Ok(Progress::Idle) };
        carry_out(&self.0, approval).await?;
        Ok(Progress::Worked)
    }
}

#[async_trait]
impl Worker for CarryOutApprovals {
    fn name(&self) -> &'static str {
        "carry-out-approvals"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.next().await.map_err(|error| WorkerError::new("doing what was approved", error))
    }
}
