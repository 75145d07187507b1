//! Demonstration dossiers.

use city_clock::Timestamp;
use sqlx::PgConnection;

use crate::error::Error;

/// Fills this part in the publication `number`, and says how many rows it changed.
#[expect(clippy::unused_async, reason = "this part has no seed yet")]
pub async fn seed(_db: &mut PgConnection, _number: i64, _at: Timestamp) -> Result<u64, Error> {
    Ok(0)
}
