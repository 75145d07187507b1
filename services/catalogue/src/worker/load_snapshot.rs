//! Swaps the picture that reads answer from when something was published: within two seconds of the commit.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::Mutex;

use crate::error::{Error, fault};
use crate::snapshot::{Snapshot, Snapshots};
use crate::store::registry::publication;

/// How often the number is looked at when no notification comes.
const POLL: Duration = Duration::from_secs(5);
/// The same, while there is no picture to answer from.
const POLL_FIRST: Duration = Duration::from_millis(500);

/// The worker. Every instance of the service runs one.
#[derive(Debug)]
pub struct LoadSnapshot {
    db: PgPool,
    snapshots: Snapshots,
    listener: Mutex<Option<PgListener>>,
}

impl LoadSnapshot {
    pub fn new(app: &crate::app::App) -> Self {
        let (db, snapshots) = (app.db.clone(), app.snapshots.clone());
        Self { db, snapshots, listener: Mutex::new(None) }
    }

    /// Loads the picture if a newer one was published.
    async fn load(&self) -> Result<Progress, Error> {
        let number = {
            let mut db = self.db.acquire().await.map_err(fault("connecting"))?;
            publication::number(&mut db).await?
        };
        if self.snapshots.has(number) {
            return Ok(Progress::Idle);
        }
        let snapshot = Snapshot::load(&self.db).await?;
        tracing::info!(
            snapshot.number = snapshot.number,
            "Swapped in what publication {} left",
            snapshot.number
        );
        self.snapshots.swap(snapshot);
        Ok(Progress::Worked)
    }
}

#[async_trait]
impl Worker for LoadSnapshot {
    fn name(&self) -> &'static str {
        "load-snapshot"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.load().await.map_err(|error| WorkerError::new("loading the picture", error))
    }

    /// Wakes at a publication, or after the poll interval.
    async fn idle(&self) {
        let poll = if self.snapshots.is_loaded() { POLL } else { POLL_FIRST };
        let mut listener = self.listener.lock().await;
        match listener.as_mut() {
            // Listening begins before the number is read the next time, so what is published in between is not missed.
            None => match listen(&self.db).await {
                Some(listening) => *listener = Some(listening),
                None => tokio::time::sleep(poll).await,
            },
            // None: the connection broke; whatever was missed shows in the number.
            Some(listening) => match tokio::time::timeout(poll, listening.try_recv()).await {
                Ok(Ok(Some(_))) | Err(_) => {}
                Ok(Ok(None) | Err(_)) => *listener = None,
            },
        }
    }
}

async fn listen(db: &PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(db).await.ok()?;
    listener.listen(publication::CHANNEL).await.ok()?;
    Some(listener)
}
