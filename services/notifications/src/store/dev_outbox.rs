//! What the development channel keeps.

use city_clock::Timestamp;
use city_contracts::notifications::DevMessage;
use sqlx::PgConnection;

use crate::channel::Item;

/// Keeps an item; a repeated hand-over keeps it once.
pub async fn insert(db: &mut PgConnection, item: &Item, at: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into notifications.dev_outbox (delivery, channel, recipient, template, text, at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (delivery) do nothing",
        item.delivery.as_uuid(),
        item.kind.as_str(),
        item.to,
        item.template,
        item.text,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The latest for somebody, newest first.
pub async fn list(
    db: &mut PgConnection,
    to: &str,
    limit: i64,
) -> Result<Vec<DevMessage>, sqlx::Error> {
    sqlx::query_as!(
        DevMessage,
        "select channel, template, text, at
         from notifications.dev_outbox
         where recipient = $1
         order by seq desc
         limit $2",
        to,
        limit
    )
    .fetch_all(db)
    .await
}
