//! What editors write: the draft.

use city_clock::Timestamp;
use city_ids::{AccountId, ServiceEditionId};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::edition::Course;
use crate::domain::service::Content;
use crate::error::{Error, fault};

/// A new draft.
#[derive(Debug)]
pub struct NewDraft<'a> {
    pub id: ServiceEditionId,
    pub service: &'a str,
    pub by: AccountId,
    pub at: Timestamp,
    pub content: &'a Content,
    pub source: &'a Value,
}

/// Begins an edition with the next number, and gives it.
pub async fn insert(db: &mut PgConnection, draft: &NewDraft<'_>) -> Result<i32, Error> {
    let content = draft.content;
    let no = sqlx::query_scalar!(
        r#"
        insert into catalogue.service_edition (
            id, service, no, state, body, legal_basis, change_note, effective_from, review_by, editors, edited_by, edited_at,
            source, demo)
        select $1, $2, coalesce(max(no), 0) + 1, 'DRAFT', $3, $4, $5, $6, $7,
                array[$8::uuid], $8, $9, $10, false
        from catalogue.service_edition where service = $2
        returning no"#,
        draft.id.as_uuid(),
        draft.service,
        Json(&content.body) as _,
        &content.legal_basis,
        content.change_note.as_deref(),
        content.effective_from,
        content.review_by,
        draft.by.as_uuid(),
        draft.at,
        draft.source
    )
    .fetch_one(&mut *db)
    .await
    .map_err(fault("beginning an edition"))?;
    write_texts(db, draft.id, content).await?;
    Ok(no)
}

/// Writes over a draft.
pub async fn update(
    db: &mut PgConnection,
    id: ServiceEditionId,
    content: &Content,
    course: &Course,
    by: AccountId,
    at: Timestamp,
) -> Result<(), Error> {
    let editors: Vec<Uuid> = course.editors.iter().map(|editor| editor.as_uuid()).collect();
    sqlx::query!(
        "update catalogue.service_edition
         set body = $2, legal_basis = $3, change_note = $4, effective_from = $5, review_by = $6, editors = $7,
             edited_by = $8, edited_at = $9
         where id = $1",
        id.as_uuid(),
        Json(&content.body) as _,
        &content.legal_basis,
        content.change_note.as_deref(),
        content.effective_from,
        content.review_by,
        &editors,
        by.as_uuid(),
        at
    )
    .execute(&mut *db)
    .await
    .map_err(fault("writing a draft"))?;
    write_texts(db, id, content).await
}

async fn write_texts(
    db: &mut PgConnection,
    id: ServiceEditionId,
    content: &Content,
) -> Result<(), Error> {
    let (name, summary) = (&content.name, &content.summary);
    sqlx::query!("delete from catalogue.service_edition_text where edition = $1", id.as_uuid())
        .execute(&mut *db)
        .await
        .map_err(fault("writing the texts of a draft"))?;
    sqlx::query!(
        "insert into catalogue.service_edition_text (edition, locale, field, body)
         select $1, locale, field, body
         from unnest(array['vi', 'en', 'vi', 'en'], array['name', 'name', 'summary', 'summary'], array[$2, $3, $4, $5]::text[])
             as said (locale, field, body)
         where body is not null",
        id.as_uuid(),
        name.vi.as_deref(),
        name.en.as_deref(),
        summary.vi.as_deref(),
        summary.en.as_deref()
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("writing the texts of a draft"))
}
