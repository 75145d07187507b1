//! Who opened the answers.

use city_clock::Timestamp;
use city_ids::{AccountId, DossierId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Somebody opens the answers; the resident will see it.
pub async fn insert(
    db: &mut PgConnection,
    dossier: DossierId,
    actor: AccountId,
    at: Timestamp,
    purpose: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into catalogue.dossier_access (dossier, actor, at, purpose) values ($1, $2, $3, $4)",
        dossier.as_uuid(),
        actor.as_uuid(),
        at,
        purpose
    )
    .execute(db)
    .await
    .map_err(fault("noting who opened the answers"))?;
    Ok(())
}
