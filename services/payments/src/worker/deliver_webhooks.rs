//! Sends events to the endpoints of merchants and billers.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{App, payee};

/// The worker; several may run, each with deliveries of its own.
#[derive(Debug)]
pub struct DeliverWebhooks(pub App);

#[async_trait]
impl Worker for DeliverWebhooks {
    fn name(&self) -> &'static str {
        "deliver-webhooks"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let sent = payee::deliver_due(&self.0).await;
        let sent = sent.map_err(|error| WorkerError::new("sending webhooks", error))?;
        Ok(if sent { Progress::Worked } else { Progress::Idle })
    }

    async fn idle(&self) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
