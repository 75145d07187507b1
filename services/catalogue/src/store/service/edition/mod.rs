//! Editions of services.

mod course;
mod draft;

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{AccountId, ServiceEditionId};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

pub use course::{approve, assure, go_live, list_due, send_back, submit};
pub use draft::{NewDraft, insert, update};

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
