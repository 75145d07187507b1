//! Puts approved editions of procedures live when their day has come.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::App;
use crate::app::procedure::go_live_when_due;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(10);

/// Puts approved editions of procedures live when their day has come. Any number of these may run.
#[derive(Debug)]
pub struct PublishProcedures(pub App);

#[async_trait]
impl Worker for PublishProcedures {
    fn name(&self) -> &'static str {
        "publish-procedures"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let published = go_live_when_due(&self.0).await;
        let published =
            published.map_err(|error| WorkerError::new("publishing procedures", error))?;
        Ok(if published > 0 { Progress::Worked } else { Progress::Idle })
    }

    async fn idle(&self) {
        tokio::time::sleep(EVERY).await;
    }
}
