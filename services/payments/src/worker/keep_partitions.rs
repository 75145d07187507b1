//! Makes the partitions of the coming months, and looks for legs that found none.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::App;
use crate::error::{Error, fault};
use crate::store::ledger as store;

/// Keeps the ledger's table ready for what comes. Idempotent: what is there stays.
#[derive(Debug)]
pub struct KeepPartitions(pub App);

impl KeepPartitions {
    async fn keep(&self) -> Result<Progress, Error> {
        if !self.0.ledger.is_leading() {
            return Ok(Progress::Idle); // two instances that make the same table disturb each other
        }
        let mut db = self.0.db.acquire().await.map_err(fault("connecting"))?;
        let made = store::make_partitions(&mut db, self.0.clock.now()).await;
        let made = made.map_err(fault("making partitions"))?;
        if store::strays(&mut db).await.map_err(fault("looking for stray legs"))? {
            tracing::error!(
                "Legs lie outside of all months: move them out of ledger_transfer_default"
            );
        }
        if made > 0 {
            tracing::info!(partitions.made = made, "Made {made} months of the ledger");
        }
        Ok(if made > 0 { Progress::Worked } else { Progress::Idle })
    }
}

#[async_trait]
impl Worker for KeepPartitions {
    fn name(&self) -> &'static str {
        "keep-partitions"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.keep().await.map_err(|error| WorkerError::new("keeping the months", error))
    }

    /// Three months are ready ahead.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
}
