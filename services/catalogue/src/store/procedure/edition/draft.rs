//! What editors write: the draft.

use city_clock::Timestamp;
use city_contracts::catalogue::procedure::ProcedureDraft;
use city_ids::{AccountId, ProcedureEditionId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::edition::Course;
use crate::error::{Error, fault};

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
