//! Moves refunds that need no second officer and that a crash or an absent ledger kept from being moved. Idempotent: the
//! ledger does each once.

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{App, move_refund};
use crate::error::{Error, fault};
use crate::store;

/// The worker; several may run.
#[derive(Debug)]
pub struct CarryOutRefunds(pub App);

impl CarryOutRefunds {
    async fn next(&self) -> Result<Progress, Error> {
        let waiting = {
            let mut db = self.0.db.acquire().await.map_err(fault("connecting"))?;
            store::refund::find_to_do(&mut db).await?
        };
        let Some(refund) = waiting else { return Ok(Progress::Idle) };
        move_refund(&self.0, refund).await?;
        Ok(Progress::Worked)
    }
}

#[async_trait]
impl Worker for CarryOutRefunds {
    fn name(&self) -> &'static str {
        "carry-out-refunds"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.next().await.map_err(|error| WorkerError::new("moving refunds", error))
    }
}
