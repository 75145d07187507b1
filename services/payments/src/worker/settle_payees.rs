//! Settles payees at midnight. Idempotent: a midnight is seen once, and the ledger closes each settlement once.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{App, close_settlement, open_settlements};
use crate::error::{Error, fault};
use crate::store;

/// The worker.
#[derive(Debug)]
pub struct SettlePayees(pub App);

impl SettlePayees {
    async fn next(&self) -> Result<Progress, Error> {
        let app = &self.0;
        if !app.ledger.is_leading() {
            return Ok(Progress::Idle); // the instance that leads does it
        }
        open_settlements(app, app.clock.now()).await?;
        let waiting = {
            let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
            store::settlement::find_to_do(&mut db).await?
        };
        let Some(settlement) = waiting else { return Ok(Progress::Idle) };
        close_settlement(app, &settlement).await?;
        Ok(Progress::Worked)
    }
}

#[async_trait]
impl Worker for SettlePayees {
    fn name(&self) -> &'static str {
        "settle-payees"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.next().await.map_err(|error| WorkerError::new("settling payees", error))
    }

    /// Midnight may be a few seconds old.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}
