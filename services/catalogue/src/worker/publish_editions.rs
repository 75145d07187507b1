//! Approved editions go live on their day: looked for every ten seconds.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::App;
use crate::app::service::go_live_when_due;

/// The worker.
#[derive(Debug)]
pub struct PublishEditions(pub App);

#[async_trait]
impl Worker for PublishEditions {
    fn name(&self) -> &'static str {
        "publish-editions"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let published = go_live_when_due(&self.0).await;
        let published =
            published.map_err(|error| WorkerError::new("publishing editions", error))?;
        Ok(if published > 0 { Progress::Worked } else { Progress::Idle })
    }

    async fn idle(&self) {
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}
