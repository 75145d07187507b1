//! Ends drafts whose term is over, warns of those near it, erases dossiers past their term, forgets old tries.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::{App, dossier};

/// The worker; several may run, since each row is locked and taken once.
#[derive(Debug)]
pub struct DossierTerms {
    app: App,
}

impl DossierTerms {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone() }
    }
}

#[async_trait]
impl Worker for DossierTerms {
    fn name(&self) -> &'static str {
        "dossier-terms"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let failed = |error| WorkerError::new("looking at the terms of dossiers", error);
        let ended = dossier::expire_draft(&self.app).await.map_err(failed)?;
        let warned = dossier::warn_draft(&self.app).await.map_err(failed)?;
        let erased = dossier::erase_expired(&self.app).await.map_err(failed)?;
        let forgot = dossier::forget_tries(&self.app).await.map_err(failed)?;
        Ok(if ended || warned || erased || forgot { Progress::Worked } else { Progress::Idle })
    }

    /// Nobody waits for it.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
}
