//! Editions of procedures.

mod course;
mod draft;

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_contracts::catalogue::procedure::ProcedureDraft;
use city_ids::{AccountId, ProcedureEditionId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

pub use course::{approve, assure, flag_as_demo, go_live, list_due, send_back, submit};
pub use draft::{NewDraft, content_sha256, insert, update};

use super::root::read;
use crate::domain::edition::{Course, EditionState};
use crate::domain::procedure::{Edition, Terms};
use crate::error::{Error, broken, fault};

const READING: &str = "reading a stored edition";

/// An edition as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub id: ProcedureEditionId,
    pub national_code: String,
    pub no: i32,
    pub course: Course,
    pub draft: ProcedureDraft,
    pub form: Option<Uuid>,
    pub content_sha256: Vec<u8>,
    pub edited_by: AccountId,
    pub approved_by: Option<AccountId>,
    pub review_note: Option<String>,
    pub live_at: Option<Timestamp>,
    pub superseded_at: Option<Timestamp>,
    pub assured_at: Option<Timestamp>,
    pub source: Value,
    pub demo: bool,
}

impl Stored {
    /// The edition as the rules need it.
    ///
    /// # Errors
    /// A fault: what was stored passed the lint.
    pub fn edition(&self) -> Result<Edition, Error> {
        let terms = Terms::read(self.draft.body.clone(), "").map_err(|found| {
            let first = found.first().map_or("", |finding| finding.field.as_str());
            broken(READING, format!("edition {} no longer passes the lint at {first}", self.id))
        })?;
        Ok(Edition {
            id: self.id,
            national_code: self.national_code.clone(),
            non_territorial: self.draft.non_territorial,
            in_force_from: self.draft.in_force_from,
            in_force_to: self.draft.in_force_to,
            terms,
        })
    }
}

struct Row {
    id: Uuid,
    national_code: String,
    no: i32,
    state: String,
    facts: Value,
    body: Value,
    content_sha256: Vec<u8>,
    form_version: Option<Uuid>,
    form_no: Option<i32>,
    old_form_closes_at: Option<Timestamp>,
    legal_basis: Value,
    decision_no: Option<String>,
    decision_date: Option<NaiveDate>,
    in_force_from: Option<NaiveDate>,
    in_force_to: Option<NaiveDate>,
    en: String,
    change_note: Option<String>,
    effective_from: Option<Timestamp>,
    review_by: Option<NaiveDate>,
    assured_at: Option<Timestamp>,
    editors: Vec<Uuid>,
    edited_by: Uuid,
    approved_by: Option<Uuid>,
    review_note: Option<String>,
    live_at: Option<Timestamp>,
    superseded_at: Option<Timestamp>,
    source: Value,
    demo: bool,
}

impl TryFrom<Row> for Stored {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let state = EditionState::parse(&row.state)
            .ok_or_else(|| broken(READING, format!("{} is no state", row.state)))?;
        let mut whole = row.facts;
        let rest = json!({
            "body": row.body, "legalBasis": row.legal_basis, "decisionNo": row.decision_no,
            "decisionDate": row.decision_date, "inForceFrom": row.in_force_from, "inForceTo": row.in_force_to,
            "english": row.en, "formNo": row.form_no, "oldFormClosesAt": row.old_form_closes_at,
            "changeNote": row.change_note, "effectiveFrom": row.effective_from, "reviewBy": row.review_by,
        });
        if let (Value::Object(whole), Value::Object(rest)) = (&mut whole, rest) {
            whole.extend(rest);
        }
        Ok(Self {
            id: ProcedureEditionId::restore(row.id),
            national_code: row.national_code,
            no: row.no,
            course: Course {
                state,
                editors: row.editors.into_iter().map(AccountId::restore).collect(),
                effective_from: row.effective_from,
            },
            draft: read(whole)?,
            form: row.form_version,
            content_sha256: row.content_sha256,
            edited_by: AccountId::restore(row.edited_by),
            approved_by: row.approved_by.map(AccountId::restore),
            review_note: row.review_note,
            live_at: row.live_at,
            superseded_at: row.superseded_at,
            assured_at: row.assured_at,
            source: row.source,
            demo: row.demo,
        })
    }
}

/// Which editions are meant.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// Of all procedures, the live one.
    AllLive,
    /// The one of an id.
    Id(ProcedureEditionId),
    /// Of a procedure, the one on its way.
    Open(&'a str),
    /// Of a procedure, the live one.
    Live(&'a str),
    /// Of a procedure, the one of a number.
    No(&'a str, i32),
    /// Of a procedure, all, newest first.
    All(&'a str),
}

const OPEN: &[&str] = &["DRAFT", "IN_REVIEW", "APPROVED"];
const LIVE: &[&str] = &["LIVE"];
const ANY: &[&str] = &["DRAFT", "IN_REVIEW", "APPROVED", "LIVE", "SUPERSEDED"];

/// The editions that are meant.
pub async fn list(db: &mut PgConnection, which: Which<'_>) -> Result<Vec<Stored>, Error> {
    let (code, id, no, states) = match which {
        Which::AllLive => (None, None, None, LIVE),
        Which::Id(id) => (None, Some(id.as_uuid()), None, ANY),
        Which::Open(code) => (Some(code), None, None, OPEN),
        Which::Live(code) => (Some(code), None, None, LIVE),
        Which::No(code, no) => (Some(code), None, Some(no), ANY),
        Which::All(code) => (Some(code), None, None, ANY),
    };
    let states: Vec<String> = states.iter().map(ToString::to_string).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"
        select edition.id, edition.national_code, edition.no, state, facts, body, content_sha256, form_version,
               form.no as "form_no?", old_form_closes_at, legal_basis, decision_no, decision_date, in_force_from,
               in_force_to, en, change_note, effective_from, review_by, assured_at, editors, edited_by, approved_by,
               review_note, live_at, superseded_at, source, demo
        from catalogue.procedure_edition edition
        left join catalogue.form_version form on form.id = edition.form_version
        where state = any($1)
          and ($2::text is null or edition.national_code = $2)
          and ($3::uuid is null or edition.id = $3)
          and ($4::integer is null or edition.no = $4)
        order by edition.national_code, edition.no desc"#,
        &states,
        code,
        id,
        no
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The edition that is meant, if there is one.
pub async fn find(db: &mut PgConnection, which: Which<'_>) -> Result<Option<Stored>, Error> {
    Ok(list(db, which).await?.into_iter().next())
}
