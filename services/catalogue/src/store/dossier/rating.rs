//! How applicants say it went.

use city_clock::Timestamp;
use city_ids::DossierId;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// A rating.
#[derive(Debug)]
pub struct Rating {
    pub score: i16,
    pub reasons: Vec<String>,
    pub text: Option<String>,
}

/// Writes a rating; false when there is one.
pub async fn insert(
    db: &mut PgConnection,
    of: DossierId,
    rating: &Rating,
    at: Timestamp,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "insert into catalogue.rating (dossier, score, reasons, text, at) values ($1, $2, $3, $4, $5)
         on conflict (dossier) do nothing",
        of.as_uuid(),
        rating.score,
        &rating.reasons,
        rating.text,
        at
    )
    .execute(db)
    .await
    .map_err(fault("writing a rating"))?;
    Ok(done.rows_affected() == 1)
}
