//! What happens to dossiers by the clock: late, due soon, a round near its deadline. By index and in order, so none starves.

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};

use crate::app::App;
use crate::app::dossier::timers;
use crate::error::Error;

/// The worker; several may run, since each dossier is locked and each mark set once.
#[derive(Debug)]
pub struct DossierTimers {
    app: App,
}

impl DossierTimers {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone() }
    }

    async fn take(&self) -> Result<Progress, Error> {
        let done = timers::flag_late(&self.app).await?
            + timers::warn_due_soon(&self.app).await?
            + timers::remind(&self.app).await?;
        Ok(if done > 0 { Progress::Worked } else { Progress::Idle })
    }
}

#[async_trait]
impl Worker for DossierTimers {
    fn name(&self) -> &'static str {
        "dossier-timers"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        match self.take().await {
            Err(Error::NotReady) => Ok(Progress::Idle), // no calendar to count by yet
            taken => {
                taken.map_err(|error| WorkerError::new("taking the timers of dossiers", error))
            }
        }
    }
}
