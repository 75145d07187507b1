//! What bills wait for: files to be applied, revisions to be replaced, residents to be told.

use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{self, App};
use crate::error::{Error, fault};
use crate::store;

/// Uploads that broke off are forgotten after this long.
const ABANDONED: TimeDelta = TimeDelta::hours(1);

const fn progress(worked: bool) -> Progress {
    if worked { Progress::Worked } else { Progress::Idle }
}

/// Applies files of bills. Several may run: a file is applied by one at a time.
#[derive(Debug)]
pub struct ApplyImports(pub App);

#[async_trait]
impl Worker for ApplyImports {
    fn name(&self) -> &'static str {
        "apply-imports"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let step = async {
            let worked = app::apply_some(&self.0).await?;
            if !worked {
                let mut db = self.0.db.acquire().await.map_err(fault("connecting"))?;
                let before = self.0.clock.now() - ABANDONED;
                store::bill_import::discard_abandoned(&mut db, before).await?;
            }
            Ok::<_, Error>(progress(worked))
        };
        step.await.map_err(|error| WorkerError::new("applying a file of bills", error))
    }
}

/// Has amended bills replaced. Several may run: the ledger does each once.
#[derive(Debug)]
pub struct ReplaceBills(pub App);

#[async_trait]
impl Worker for ReplaceBills {
    fn name(&self) -> &'static str {
        "replace-bills"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let replaced = app::replace_some(&self.0).await.map(progress);
        replaced.map_err(|error| WorkerError::new("replacing bills", error))
    }
}

/// Tells of bills that are due soon. Several may run: each revision is noted once.
#[derive(Debug)]
pub struct RemindOfBills(pub App);

#[async_trait]
impl Worker for RemindOfBills {
    fn name(&self) -> &'static str {
        "remind-of-bills"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let told = app::remind_some(&self.0).await.map(progress);
        told.map_err(|error| WorkerError::new("telling of bills that are due", error))
    }

    /// It is about days.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_mins(5)).await;
    }
}
