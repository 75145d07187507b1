//! The edition and the form that a dossier stays on.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{FormVersionId, ProcedureEditionId};
use serde_json::Value;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// An edition, as far as dossiers need it.
#[derive(Debug)]
pub struct EditionRow {
    pub id: ProcedureEditionId,
    pub national_code: String,
    pub no: i32,
    pub non_territorial: bool,
    pub in_force_from: Option<NaiveDate>,
    pub in_force_to: Option<NaiveDate>,
    pub form_version: Option<FormVersionId>,
    pub service: Option<String>,
    pub body: Value,
}

/// A form version.
#[derive(Debug)]
pub struct FormRow {
    pub id: FormVersionId,
    pub no: i32,
    pub schema: Value,
    pub ui: Value,
    pub prefill: Value,
    pub repeat_ask: f32,
    pub closes_at: Option<Timestamp>,
}

/// An edition, live or not.
pub async fn edition(
    db: &mut PgConnection,
    id: ProcedureEditionId,
) -> Result<Option<EditionRow>, Error> {
    sqlx::query_as!(
        EditionRow,
        r#"select e.id as "id: ProcedureEditionId", e.national_code, e.no,
                  coalesce((e.facts ->> 'nonTerritorial')::boolean, p.non_territorial) as "non_territorial!", e.in_force_from, e.in_force_to,
                  e.form_version as "form_version: FormVersionId", p.service, e.body
           from catalogue.procedure_edition e join catalogue.procedure p using (national_code)
           where e.id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("reading an edition"))
}

/// The live edition of a procedure that was not withdrawn.
pub async fn live(db: &mut PgConnection, national_code: &str) -> Result<Option<EditionRow>, Error> {
    sqlx::query_as!(
        EditionRow,
        r#"select e.id as "id: ProcedureEditionId", e.national_code, e.no,
                  coalesce((e.facts ->> 'nonTerritorial')::boolean, p.non_territorial) as "non_territorial!", e.in_force_from, e.in_force_to,
                  e.form_version as "form_version: FormVersionId", p.service, e.body
           from catalogue.procedure_edition e join catalogue.procedure p using (national_code)
           where p.national_code = $1 and p.withdrawn_as is null and e.state = 'LIVE'"#,
        national_code
    )
    .fetch_optional(db)
    .await
    .map_err(fault("reading a live edition"))
}

/// A form version.
pub async fn form(db: &mut PgConnection, id: FormVersionId) -> Result<Option<FormRow>, Error> {
    sqlx::query_as!(
        FormRow,
        r#"select id as "id: FormVersionId", no, schema, ui, prefill, repeat_ask, closes_at
           from catalogue.form_version where id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("reading a form"))
}
