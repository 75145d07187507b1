//! How services work, and will.

use city_clock::Timestamp;
use city_ids::AccountId;
use sqlx::PgConnection;
use sqlx::types::Json;

use super::texts::{Aggregated, localised};
use super::word;
use crate::domain::service::Status;
use crate::error::{Error, fault};

const READING: &str = "reading how services work";

/// Keeps a statement.
pub async fn insert(
    db: &mut PgConnection,
    service: &str,
    status: &Status,
    by: AccountId,
    at: Timestamp,
) -> Result<(), Error> {
    let channel = status.fallback_channel.as_ref().and_then(word::write);
    let state = word::write(&status.state);
    let text = status.text.as_ref();
    sqlx::query!(
        "with said as (
             insert into catalogue.service_status (
                 service, state, starts_at, ends_at, fallback_channel, fallback_agency, set_by, set_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             returning id
         )
         insert into catalogue.service_status_text (status, locale, field, body)
         select said.id, words.locale, 'text', words.body
         from said, unnest(array['vi', 'en'], array[$9, $10]::text[]) as words (locale, body)
         where words.body is not null",
        service,
        state,
        status.from,
        status.to,
        channel,
        status.fallback_agency.as_deref(),
        by.as_uuid(),
        at,
        text.map(|text| text.vi.as_str()),
        text.and_then(|text| text.en.as_deref())
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("keeping how a service works"))
}

/// Statements that hold at `at` or may hold later, by service in the order they were made.
pub async fn list_from(
    db: &mut PgConnection,
    service: Option<&str>,
    at: Timestamp,
) -> Result<Vec<(String, Status)>, Error> {
    let rows = sqlx::query!(
        r#"
        select service, state, starts_at, ends_at, fallback_channel, fallback_agency,
               (select jsonb_object_agg(locale, body) from catalogue.service_status_text text
                where text.status = status.id) as "text: Json<Aggregated>"
        from catalogue.service_status status
        where ($1::text is null or service = $1) and (ends_at is null or ends_at > $2)
          and not exists ( -- an open one that began before another open one never counts again
              select from catalogue.service_status later
              where later.service = status.service and later.ends_at is null and later.starts_at <= $2
                and (later.starts_at, later.id) > (status.starts_at, status.id))
        order by service, id"#,
        service,
        at
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let statuses = rows.into_iter().map(|row| {
        let status = Status {
            state: word::read(row.state, READING)?,
            from: row.starts_at,
            to: row.ends_at,
            text: localised(row.text.map(|text| text.0)),
            fallback_channel: row
                .fallback_channel
                .map(|word| word::read(word, READING))
                .transpose()?,
            fallback_agency: row.fallback_agency,
        };
        Ok((row.service, status))
    });
    statuses.collect()
}
