//! Editions of services.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{AccountId, ServiceEditionId};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::texts::{Aggregated, texts};
use crate::domain::edition::{Course, EditionState};
use crate::domain::service::{Body, Content};
use crate::error::{Error, broken, fault};

const READING: &str = "reading an edition of a service";

/// A stored edition.
#[derive(Debug, Clone, PartialEq)]
pub struct Edition {
    pub id: ServiceEditionId,
    pub no: i32,
    pub course: Course,
    pub content: Content,
    pub edited_at: Timestamp,
    pub approved_by: Option<AccountId>,
    pub review_note: Option<String>,
    pub assured_at: Option<Timestamp>,
    pub live_at: Option<Timestamp>,
    pub superseded_at: Option<Timestamp>,
    pub source: Value,
    pub demo: bool,
}

/// All columns, before they are believed.
struct Row {
    id: Uuid,
    no: i32,
    state: String,
    body: Json<Body>,
    legal_basis: Vec<String>,
    change_note: Option<String>,
    effective_from: Option<Timestamp>,
    review_by: Option<NaiveDate>,
    editors: Vec<Uuid>,
    edited_at: Timestamp,
    approved_by: Option<Uuid>,
    review_note: Option<String>,
    assured_at: Option<Timestamp>,
    live_at: Option<Timestamp>,
    superseded_at: Option<Timestamp>,
    source: Value,
    demo: bool,
    name: Option<Json<Aggregated>>,
    summary: Option<Json<Aggregated>>,
}

impl TryFrom<Row> for Edition {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let state = EditionState::parse(&row.state);
        let state = state
            .ok_or_else(|| broken(READING, format!("edition {} has an unknown state", row.id)))?;
        Ok(Self {
            id: ServiceEditionId::restore(row.id),
            no: row.no,
            course: Course {
                state,
                editors: row.editors.into_iter().map(AccountId::restore).collect(),
                effective_from: row.effective_from,
            },
            content: Content {
                name: texts(row.name.map(|name| name.0)),
                summary: texts(row.summary.map(|summary| summary.0)),
                body: row.body.0,
                legal_basis: row.legal_basis,
                change_note: row.change_note,
                effective_from: row.effective_from,
                review_by: row.review_by,
            },
            edited_at: row.edited_at,
            approved_by: row.approved_by.map(AccountId::restore),
            review_note: row.review_note,
            assured_at: row.assured_at,
            live_at: row.live_at,
            superseded_at: row.superseded_at,
            source: row.source,
            demo: row.demo,
        })
    }
}

/// Which of the editions of a service.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// The one on its way.
    Open,
    /// The one residents see.
    Live,
    /// The one of a number.
    No(i32),
}

/// One edition of a service. The lock of the service protects it.
pub async fn find(
    db: &mut PgConnection,
    service: &str,
    which: Which,
) -> Result<Option<Edition>, Error> {
    let (states, no): (&[&str], Option<i32>) = match which {
        Which::Open => (&["DRAFT", "IN_REVIEW", "APPROVED"], None),
        Which::Live => (&["LIVE"], None),
        Which::No(no) => (&["DRAFT", "IN_REVIEW", "APPROVED", "LIVE", "SUPERSEDED"], Some(no)),
    };
    let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
    let mut found = list_where(db, service, &states, no, None, 1).await?;
    Ok(found.pop())
}

/// Editions of a service, the newest first, from just before `before`.
pub async fn list(
    db: &mut PgConnection,
    service: &str,
    before: Option<i32>,
    limit: i64,
) -> Result<Vec<Edition>, Error> {
    let states: Vec<String> =
        EditionState::ALL.iter().map(|state| state.as_str().to_owned()).collect();
    list_where(db, service, &states, None, before, limit).await
}

async fn list_where(
    db: &mut PgConnection,
    service: &str,
    states: &[String],
    no: Option<i32>,
    before: Option<i32>,
    limit: i64,
) -> Result<Vec<Edition>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select id, no, state, body as "body: Json<Body>", legal_basis, change_note, effective_from, review_by, editors,
               edited_at, approved_by, review_note, assured_at, live_at, superseded_at, source, demo,
               (select jsonb_object_agg(locale, text.body) from catalogue.service_edition_text text
                where text.edition = edition.id and field = 'name') as "name: Json<Aggregated>",
               (select jsonb_object_agg(locale, text.body) from catalogue.service_edition_text text
                where text.edition = edition.id and field = 'summary') as "summary: Json<Aggregated>"
        from catalogue.service_edition edition
        where service = $1 and state = any ($2) and ($3::integer is null or no = $3)
          and ($4::integer is null or no < $4)
        order by no desc
        limit $5"#,
        service,
        states,
        no,
        before,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    rows.into_iter().map(Edition::try_from).collect()
}

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

/// Handed in.
pub async fn submit(
    db: &mut PgConnection,
    id: ServiceEditionId,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.service_edition set state = 'IN_REVIEW', submitted_at = $2, review_note = null where id = $1",
        id.as_uuid(),
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("handing in an edition"))
}

/// Approved by a second person.
pub async fn approve(
    db: &mut PgConnection,
    id: ServiceEditionId,
    by: AccountId,
    note: &str,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.service_edition set state = 'APPROVED', approved_by = $2, review_note = $3, approved_at = $4
         where id = $1",
        id.as_uuid(),
        by.as_uuid(),
        note,
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("approving an edition"))
}

/// Back to its editors.
pub async fn send_back(
    db: &mut PgConnection,
    id: ServiceEditionId,
    note: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.service_edition
         set state = 'DRAFT', review_note = $2, approved_by = null, approved_at = null, submitted_at = null
         where id = $1",
        id.as_uuid(),
        note
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("sending an edition back"))
}

/// Takes the place of the live edition, if there is one.
pub async fn go_live(
    db: &mut PgConnection,
    service: &str,
    id: ServiceEditionId,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.service_edition set state = 'SUPERSEDED', superseded_at = $2
         where service = $1 and state = 'LIVE'",
        service,
        at
    )
    .execute(&mut *db)
    .await
    .map_err(fault("superseding an edition"))?;
    sqlx::query!(
        "update catalogue.service_edition set state = 'LIVE', live_at = $2 where id = $1",
        id.as_uuid(),
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("publishing an edition"))
}

/// Somebody looked, and it still holds.
pub async fn assure(
    db: &mut PgConnection,
    id: ServiceEditionId,
    by: AccountId,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.service_edition set assured_at = $3, assured_by = $2 where id = $1",
        id.as_uuid(),
        by.as_uuid(),
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("noting a check"))
}

/// Services whose approved edition has come to its day.
pub async fn list_due(
    db: &mut PgConnection,
    at: Timestamp,
    limit: i64,
) -> Result<Vec<String>, Error> {
    sqlx::query_scalar!(
        "select service from catalogue.service_edition
         where state = 'APPROVED' and (effective_from is null or effective_from <= $1)
         order by effective_from
         limit $2",
        at,
        limit
    )
    .fetch_all(db)
    .await
    .map_err(fault("looking for editions that are due"))
}
