//! Takes the timers that are due, oldest first: by index and in order, so none starves.

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{App, act_by_itself};
use crate::error::{Error, fault};
use crate::store;

/// Timers in one step.
const BATCH: i64 = 100;

/// The worker; several may run, since each report is locked and each timer taken once.
#[derive(Debug)]
pub struct Timers {
    app: App,
}

impl Timers {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone() }
    }

    async fn take(&self) -> Result<Progress, Error> {
        let due = {
            let mut db = self.app.db.acquire().await.map_err(fault("connecting"))?;
            store::timer::list_due(&mut db, self.app.clock.now(), BATCH).await?
        };
        let mut progress = Progress::Idle;
        for (report, kind) in due {
            let Some(kind) = kind else { continue }; // of a newer version of this service
            if act_by_itself(&self.app, report, kind).await? {
                progress = Progress::Worked;
            }
        }
        Ok(progress)
    }
}

#[async_trait]
impl Worker for Timers {
    fn name(&self) -> &'static str {
        "timers"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.take().await.map_err(|error| WorkerError::new("taking timers", error))
    }
}
