//! Writes public events in the transaction that caused them.

use city_contracts::event::Envelope;
use serde::Serialize;
use sqlx::PgConnection;

/// Adds an event to the outbox of the service whose pool the connection is from, and wakes its relay at commit.
///
/// # Errors
/// Whatever PostgreSQL refuses; the caller's transaction is then lost as a whole.
///
/// # Panics
/// Never: event bodies have string keys.
#[expect(
    clippy::disallowed_methods,
    reason = "the table is the service's own by search path; see the crate docs"
)]
pub async fn push<B: Serialize + Sync>(
    db: &mut PgConnection,
    event: &Envelope<B>,
) -> Result<(), sqlx::Error> {
    let body = serde_json::to_value(&event.body).expect("event bodies have string keys");
    let trace = event
        .trace
        .clone()
        .or_else(|| city_http::trace::current().map(city_http::trace::TraceContext::header));
    sqlx::query(
        "with written as (
             insert into outbox (event_id, kind, at, trace, body) values ($1, $2, $3, $4, $5)
         )
         select pg_notify('city_outbox_' || current_schema(), '')",
    )
    .bind(event.id.as_uuid())
    .bind(&event.kind)
    .bind(event.at)
    .bind(trace)
    .bind(body)
    .execute(db)
    .await?;
    Ok(())
}
