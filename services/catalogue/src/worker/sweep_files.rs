//! Deletes bytes of files that nobody needs: tickets that were never used, what was taken away, copies in quarantine.

use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::App;
use crate::error::{Error, fault};
use crate::store::dossier::file;

/// When leftovers that the store did not delete are tried again.
const AGAIN: TimeDelta = TimeDelta::minutes(5);

/// Sweeps the quarantine and what was dropped.
#[derive(Debug)]
pub struct SweepFiles {
    app: App,
}

impl SweepFiles {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone() }
    }

    async fn sweep_one(&self) -> Result<Progress, Error> {
        let now = self.app.clock.now();
        let mut db = self.app.db.acquire().await.map_err(fault("connecting"))?;
        let Some(leftover) = file::claim_leftover(&mut db, now, now + AGAIN).await? else {
            return Ok(Progress::Idle);
        };
        drop(db); // no connection is held while the store is asked
        let keys = std::iter::once(&leftover.quarantine_key).chain(&leftover.object_key);
        for key in keys {
            if let Err(error) = self.app.blobs.delete(key).await {
                let chain = city_http::chain(&error);
                tracing::warn!(error.chain = chain, "Leftover bytes stay for now");
                return Ok(Progress::Idle);
            }
        }
        let mut db = self.app.db.acquire().await.map_err(fault("connecting"))?;
        file::forget_leftover(&mut db, leftover.id).await?;
        Ok(Progress::Worked)
    }
}

#[async_trait]
impl Worker for SweepFiles {
    fn name(&self) -> &'static str {
        "sweep-files"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.sweep_one().await.map_err(|error| WorkerError::new("sweeping files", error))
    }

    /// Nobody waits for it.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
}
