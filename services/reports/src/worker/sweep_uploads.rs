//! Deletes uploaded bytes that nobody needs: of unused tickets after a day, of ended photos once no PUT is good any more.

use async_trait::async_trait;
use chrono::TimeDelta;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::App;
use crate::error::{Error, fault};
use crate::store;

/// When a leftover that the store did not delete is tried again.
const AGAIN: TimeDelta = TimeDelta::minutes(5);

/// Sweeps the quarantine.
#[derive(Debug)]
pub struct SweepUploads {
    app: App,
}

impl SweepUploads {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone() }
    }

    async fn sweep_one(&self) -> Result<Progress, Error> {
        let now = self.app.clock.now();
        let mut db = self.app.db.acquire().await.map_err(fault("connecting"))?;
        let Some(leftover) = store::photo_work::claim_leftover(&mut db, now, now + AGAIN).await?
        else {
            return Ok(Progress::Idle);
        };
        drop(db); // no connection is held while the store is asked
        if let Err(error) = self.app.blobs.delete(&leftover.quarantine_key).await {
            tracing::warn!(error.chain = city_http::chain(&error), "Leftover bytes stay for now");
            return Ok(Progress::Idle);
        }
        let mut db = self.app.db.acquire().await.map_err(fault("connecting"))?;
        store::photo_work::forget_leftover(&mut db, leftover.photo).await?;
        Ok(Progress::Worked)
    }
}

#[async_trait]
impl Worker for SweepUploads {
    fn name(&self) -> &'static str {
        "sweep-uploads"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.sweep_one().await.map_err(|error| WorkerError::new("sweeping uploads", error))
    }

    /// Nobody waits for it.
    async fn idle(&self) {
        tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    }
}
