//! Editions of procedures.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_contracts::catalogue::procedure::ProcedureDraft;
use city_ids::{AccountId, ProcedureEditionId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

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

/// What an editor may change, as one digest: the same content is known by it.
pub fn content_sha256(draft: &ProcedureDraft) -> Vec<u8> {
    let content = ProcedureDraft { change_note: None, ..draft.clone() }; // why is not what
    let canonical = json!(content).to_string();
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, canonical.as_bytes()).as_ref().to_vec()
}

fn facts(draft: &ProcedureDraft) -> Value {
    json!({
        "service": draft.service, "ownerAgency": draft.owner_agency, "levels": draft.levels, "field": draft.field,
        "nonTerritorial": draft.non_territorial, "onlineLevel": draft.online_level,
    })
}

/// A draft to be written.
#[derive(Debug)]
pub struct NewDraft<'a> {
    pub id: ProcedureEditionId,
    pub national_code: &'a str,
    pub draft: &'a ProcedureDraft,
    pub form: Option<Uuid>,
    pub source: &'a Value,
    pub by: AccountId,
    pub at: Timestamp,
}

/// The next edition of a procedure whose row is locked; gives its number.
pub async fn insert(db: &mut PgConnection, new: &NewDraft<'_>) -> Result<i32, Error> {
    let draft = new.draft;
    let no = sqlx::query_scalar!(
        r#"
        insert into catalogue.procedure_edition (
            id, national_code, no, state, facts, body, content_sha256, form_version, old_form_closes_at, legal_basis,
            decision_no, decision_date, in_force_from, in_force_to, en, change_note, effective_from, review_by, editors,
            edited_by, edited_at, source, demo)
        select $1, $2, coalesce(max(no), 0) + 1, 'DRAFT', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
               array[$17::uuid], $17, $18, $19, false
        from catalogue.procedure_edition
        where national_code = $2
        returning no"#,
        new.id.as_uuid(),
        new.national_code,
        facts(draft),
        json!(draft.body),
        content_sha256(draft),
        new.form,
        draft.old_form_closes_at,
        json!(draft.legal_basis),
        draft.decision_no,
        draft.decision_date,
        draft.in_force_from,
        draft.in_force_to,
        draft.english.as_str(),
        draft.change_note,
        draft.effective_from,
        draft.review_by,
        new.by.as_uuid(),
        new.at,
        new.source
    );
    no.fetch_one(db).await.map_err(fault("inserting an edition"))
}

/// Writes over the draft.
pub async fn update(
    db: &mut PgConnection,
    id: ProcedureEditionId,
    draft: &ProcedureDraft,
    form: Option<Uuid>,
    course: &Course,
    source: &Value,
    (by, at): (AccountId, Timestamp),
) -> Result<(), Error> {
    let editors: Vec<_> = course.editors.iter().map(|editor| editor.as_uuid()).collect();
    let updated = sqlx::query!(
        r#"
        update catalogue.procedure_edition
        set facts = $2, body = $3, content_sha256 = $4, form_version = $5, old_form_closes_at = $6, legal_basis = $7,
            decision_no = $8, decision_date = $9, in_force_from = $10, in_force_to = $11, en = $12, change_note = $13,
            effective_from = $14, review_by = $15, editors = $16, edited_by = $17, edited_at = $18,
            source = $19
        where id = $1"#,
        id.as_uuid(),
        facts(draft),
        json!(draft.body),
        content_sha256(draft),
        form,
        draft.old_form_closes_at,
        json!(draft.legal_basis),
        draft.decision_no,
        draft.decision_date,
        draft.in_force_from,
        draft.in_force_to,
        draft.english.as_str(),
        draft.change_note,
        draft.effective_from,
        draft.review_by,
        &editors,
        by.as_uuid(),
        at,
        source
    );
    updated.execute(db).await.map_err(fault("writing a draft")).map(drop)
}

/// Hands the draft in.
pub async fn submit(
    db: &mut PgConnection,
    id: ProcedureEditionId,
    at: Timestamp,
) -> Result<(), Error> {
    let moved = sqlx::query!(
        r#"
        update catalogue.procedure_edition
        set state = 'IN_REVIEW', submitted_at = $2, review_note = null
        where id = $1"#,
        id.as_uuid(),
        at
    );
    moved.execute(db).await.map_err(fault("handing an edition in")).map(drop)
}

/// A second person approves it.
pub async fn approve(
    db: &mut PgConnection,
    id: ProcedureEditionId,
    by: AccountId,
    note: Option<&str>,
    at: Timestamp,
) -> Result<(), Error> {
    let moved = sqlx::query!(
        r#"
        update catalogue.procedure_edition
        set state = 'APPROVED', approved_by = $2, approved_at = $3, review_note = $4
        where id = $1"#,
        id.as_uuid(),
        by.as_uuid(),
        at,
        note
    );
    moved.execute(db).await.map_err(fault("approving an edition")).map(drop)
}

/// Back to its editors.
pub async fn send_back(
    db: &mut PgConnection,
    id: ProcedureEditionId,
    note: &str,
) -> Result<(), Error> {
    let moved = sqlx::query!(
        r#"
        update catalogue.procedure_edition
        set state = 'DRAFT', submitted_at = null, approved_by = null, approved_at = null, review_note = $2
        where id = $1"#,
        id.as_uuid(),
        note
    );
    moved.execute(db).await.map_err(fault("sending an edition back")).map(drop)
}

/// The one before is superseded, this one is live.
pub async fn go_live(
    db: &mut PgConnection,
    code: &str,
    id: ProcedureEditionId,
    at: Timestamp,
) -> Result<(), Error> {
    let doing = "putting an edition live";
    let superseded = sqlx::query!(
        r#"
        update catalogue.procedure_edition
        set state = 'SUPERSEDED', superseded_at = $2
        where national_code = $1 and state = 'LIVE'"#,
        code,
        at
    );
    superseded.execute(&mut *db).await.map_err(fault(doing))?;
    let live = sqlx::query!(
        "update catalogue.procedure_edition set state = 'LIVE', live_at = $2 where id = $1",
        id.as_uuid(),
        at
    );
    live.execute(db).await.map_err(fault(doing)).map(drop)
}

/// Somebody looked, and it still holds.
pub async fn assure(
    db: &mut PgConnection,
    id: ProcedureEditionId,
    by: AccountId,
    at: Timestamp,
) -> Result<(), Error> {
    let assured = sqlx::query!(
        "update catalogue.procedure_edition set assured_at = $2, assured_by = $3 where id = $1",
        id.as_uuid(),
        at,
        by.as_uuid()
    );
    assured.execute(db).await.map_err(fault("keeping an assurance")).map(drop)
}

/// Codes of procedures whose approved edition is due.
pub async fn list_due(
    db: &mut PgConnection,
    at: Timestamp,
    limit: i64,
) -> Result<Vec<String>, Error> {
    let due = sqlx::query_scalar!(
        r#"
        select national_code
        from catalogue.procedure_edition
        where state = 'APPROVED' and (effective_from is null or effective_from <= $1)
        order by effective_from nulls first, id
        limit $2"#,
        at,
        limit
    );
    due.fetch_all(db).await.map_err(fault("looking for editions that are due"))
}

/// Says of a draft that it is about to be published without a check by a person, for demonstration.
pub async fn flag_as_demo(db: &mut PgConnection, id: ProcedureEditionId) -> Result<(), Error> {
    let flagged = sqlx::query!(
        "update catalogue.procedure_edition set demo = true where id = $1",
        id.as_uuid()
    );
    flagged.execute(db).await.map_err(fault("flagging an edition")).map(drop)
}
