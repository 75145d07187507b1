//! What a new installation starts with, from the project's `seed/` folder: a file a part.

mod dossier_demo;
mod dossiers;
mod procedures;
mod registry;
mod services;
pub mod synthetic;

use city_clock::Timestamp;
pub use dossier_demo::seed_demo;
use serde::Deserialize;
use sqlx::PgPool;

use crate::error::{Error, broken, fault};
use crate::store::registry::publication;

/// Fills the catalogue, all or nothing. Idempotent: again, it changes only what differs, and never what a person edited.
///
/// What it writes is one publication without events: other services ask `/internal/v1/registry` when they start.
///
/// # Errors
/// Unavailable when the database is away; a seed file that does not fit is a fault.
pub async fn seed(db: &PgPool, at: Timestamp) -> Result<(), Error> {
    let mut tx = db.begin().await.map_err(fault("beginning to seed"))?;
    let number = publication::bump(&mut tx, at).await?;
    let mut changed = registry::seed(&mut tx, number, at).await?;
    changed += services::seed(&mut tx, number, at).await?;
    changed += procedures::seed(&mut tx, number, at).await?; // a procedure names the service it is found by
    changed += dossiers::seed(&mut tx, number, at).await?;
    if changed == 0 {
        // Nothing differs, so nothing was published.
        return tx.rollback().await.map_err(fault("ending the seeding"));
    }
    tx.commit().await.map_err(fault("committing the seed"))
}

/// Publishes what the seed keeps as drafts because nobody has checked it, flagged as demonstration. For development and
/// demonstrations only: what an editor touched stays as it is. Idempotent.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn publish_demo(db: &PgPool, at: Timestamp) -> Result<(), Error> {
    let mut tx = db.begin().await.map_err(fault("beginning to publish the demonstration"))?;
    publication::bump(&mut tx, at).await?;
    let mut published = services::publish_drafts(&mut tx, at).await?;
    published += procedures::publish_drafts(&mut tx, at).await?;
    if published == 0 {
        return tx.rollback().await.map_err(fault("ending the demonstration"));
    }
    tx.commit().await.map_err(fault("committing the demonstration"))
}

/// Reads a seed file.
fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| broken("reading a seed file", error))
}
