//! Remembers which events a consumer has applied.

use city_clock::Timestamp;
use city_ids::EventId;
use sqlx::PgConnection;

/// Claims an event for a consumer in the transaction of its effect; false if it took effect before.
///
/// # Errors
/// Whatever PostgreSQL refuses.
#[expect(
    clippy::disallowed_methods,
    reason = "the table is the service's own by search path; see the crate docs"
)]
pub async fn claim(
    db: &mut PgConnection,
    consumer: &str,
    event: EventId,
    at: Timestamp,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query(
        "insert into inbox (consumer, event_id, at) values ($1, $2, $3) on conflict (consumer, event_id) do nothing",
    )
    .bind(consumer)
    .bind(event.as_uuid())
    .bind(at)
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Puts an event aside that can never be applied, for an operator to look at.
///
/// # Errors
/// Whatever PostgreSQL refuses.
#[expect(
    clippy::disallowed_methods,
    reason = "the table is the service's own by search path; see the crate docs"
)]
pub(crate) async fn bury(
    db: &mut PgConnection,
    consumer: &str,
    event: EventId,
    envelope: &serde_json::Value,
    reason: &str,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into dead_letter (consumer, event_id, envelope, reason, at) values ($1, $2, $3, $4, $5)
         on conflict (consumer, event_id) do nothing",
    )
    .bind(consumer)
    .bind(event.as_uuid())
    .bind(envelope)
    .bind(reason)
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}
