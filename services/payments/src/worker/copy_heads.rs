//! Copies the signed heads to the object store each minute. Idempotent: an object is planned before it is written.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{App, copy_heads};

/// The worker; the instance that writes the ledger does it.
#[derive(Debug)]
pub struct CopyHeads(pub App);

#[async_trait]
impl Worker for CopyHeads {
    fn name(&self) -> &'static str {
        "copy-heads"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        if !self.0.ledger.is_leading() {
            return Ok(Progress::Idle); // where nobody leads no batch is made
        }
        let more = copy_heads(&self.0).await;
        let more = more.map_err(|error| WorkerError::new("copying heads to the store", error))?;
        Ok(if more { Progress::Worked } else { Progress::Idle })
    }

    async fn idle(&self) {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
}
