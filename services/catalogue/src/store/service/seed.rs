//! Fills services from rows given as JSON. What is there already stays.

use city_clock::Timestamp;
use city_ids::AccountId;
use serde_json::Value;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Who stands in the records for what the seed wrote and published: nobody's accounts.
#[derive(Debug, Clone, Copy)]
pub struct Hands {
    pub editor: AccountId,
    pub publisher: AccountId,
}

/// Makes the services that are not there, with a draft each; gives their codes.
pub async fn insert(
    db: &mut PgConnection,
    rows: &Value,
    by: Hands,
    at: Timestamp,
) -> Result<Vec<String>, Error> {
    let made = sqlx::query_scalar!(
        "insert into catalogue.service (code, kind, owner_agency, version, created_at, created_by, updated_at, updated_by)
         select code, kind, owner_agency, 1, $2, $3, $2, $3
         from jsonb_to_recordset($1) as seed (code text, kind text, owner_agency text)
         on conflict (code) do nothing
         returning code",
        rows,
        at,
        by.editor.as_uuid()
    )
    .fetch_all(&mut *db)
    .await
    .map_err(fault("seeding services"))?;
    sqlx::query!(
        "with made as (
             insert into catalogue.service_edition (
                 id, service, no, state, body, legal_basis, editors, edited_by, edited_at, source, demo)
             select gen_random_uuid(), code, 1, 'DRAFT', body, '{}', array[$3::uuid], $3, $2, source, false
             from jsonb_to_recordset($1) as seed (code text, body jsonb, source jsonb)
             where code = any ($4)
             returning id, service
         )
         insert into catalogue.service_edition_text (edition, locale, field, body)
         select made.id, said.locale, said.field, said.body
         from made
         join jsonb_to_recordset($1) as seed (code text, name_vi text, name_en text, summary_vi text, summary_en text)
             on seed.code = made.service,
         unnest(array['vi', 'en', 'vi', 'en'], array['name', 'name', 'summary', 'summary'],
                array[seed.name_vi, seed.name_en, seed.summary_vi, seed.summary_en]) as said (locale, field, body)
         where said.body is not null",
        rows,
        at,
        by.editor.as_uuid(),
        &made
    )
    .execute(db)
    .await
    .map_err(fault("seeding editions"))?;
    Ok(made)
}

/// Publishes the first drafts of these services as far as nobody but the seed had a hand in them; says how many.
/// `demo` flags them as published without a check.
pub async fn publish(
    db: &mut PgConnection,
    services: &[String],
    demo: bool,
    by: Hands,
    at: Timestamp,
) -> Result<u64, Error> {
    let (editor, publisher) = (by.editor.as_uuid(), by.publisher.as_uuid());
    let ids = sqlx::query_scalar!(
        "update catalogue.service_edition set demo = $2
         where service = any ($1) and no = 1 and state = 'DRAFT' and editors = array[$3::uuid]
         returning id",
        services,
        demo,
        editor
    )
    .fetch_all(&mut *db)
    .await
    .map_err(fault("publishing the seed"))?;
    sqlx::query!(
        "update catalogue.service_edition set state = 'IN_REVIEW', submitted_at = $2 where id = any ($1)",
        &ids,
        at
    )
    .execute(&mut *db)
    .await
    .map_err(fault("publishing the seed"))?;
    sqlx::query!(
        "update catalogue.service_edition set state = 'APPROVED', approved_by = $3, approved_at = $2 where id = any ($1)",
        &ids,
        at,
        publisher
    )
    .execute(&mut *db)
    .await
    .map_err(fault("publishing the seed"))?;
    sqlx::query!(
        "update catalogue.service_edition set state = 'LIVE', live_at = $2 where id = any ($1)",
        &ids,
        at
    )
    .execute(db)
    .await
    .map(|done| done.rows_affected())
    .map_err(fault("publishing the seed"))
}
