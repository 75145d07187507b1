//! Asks the catalogue for its registry and reads the copies again: every five minutes, and every second until they are there
//! for the first time. What the catalogue tells by events comes at once; this heals what was missed.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{App, pull_registry};
use crate::error::Error;

/// The worker.
#[derive(Debug)]
pub struct RefreshReference {
    app: App,
}

impl RefreshReference {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone() }
    }
}

#[async_trait]
impl Worker for RefreshReference {
    fn name(&self) -> &'static str {
        "refresh-reference"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        pull_registry(&self.app)
            .await
            .map_err(|error| WorkerError::new("copying the registry", error))?;
        match self.app.load_reference().await {
            Ok(()) | Err(Error::NotReady) => Ok(Progress::Idle),
            Err(error) => Err(WorkerError::new("reading the registry", error)),
        }
    }

    async fn idle(&self) {
        let is_there = self.app.reference.get().is_some();
        tokio::time::sleep(if is_there { Duration::from_mins(5) } else { Duration::from_secs(1) })
            .await;
    }
}
