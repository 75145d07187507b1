//! Moves dossiers when a calendar was published.

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::App;
use crate::app::registry::{RECALCULATION_BATCH, recalculate};

/// The worker; several may run, one works on a calendar at a time.
#[derive(Debug)]
pub struct RecalculateDossiers(App);

impl RecalculateDossiers {
    pub fn new(app: &App) -> Self {
        Self(app.clone())
    }
}

#[async_trait]
impl Worker for RecalculateDossiers {
    fn name(&self) -> &'static str {
        "recalculate-dossiers"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        recalculate(&self.0, RECALCULATION_BATCH)
            .await
            .map_err(|error| WorkerError::new("recalculating dossiers", error))
    }
}
