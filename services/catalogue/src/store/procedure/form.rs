//! Form versions: written once, read often.

use city_clock::Timestamp;
use city_contracts::catalogue::procedure::{FormVersionView, NewFormVersion};
use city_ids::{AccountId, FormVersionId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::root::read;
use crate::domain::procedure::Form;
use crate::error::{Error, broken, fault};

const READING: &str = "reading a stored form version";

struct Row {
    id: Uuid,
    no: i32,
    schema: Value,
    ui: Value,
    prefill: Value,
    repeat_ask: f32,
    closes_at: Option<Timestamp>,
}

impl TryFrom<Row> for Form {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let view = FormVersionView {
            id: FormVersionId::restore(row.id),
            no: row.no,
            schema: row.schema,
            ui: row.ui,
            closes_at: row.closes_at,
            repeat_ask: row.repeat_ask,
            prefill: read(row.prefill)?,
        };
        let id = view.id;
        Self::restore(view).map_err(|found| {
            let first = found.first().map_or("", |finding| finding.field.as_str());
            broken(READING, format!("form version {id} no longer passes the lint at {first}"))
        })
    }
}

/// The forms of these ids.
pub async fn list(db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Form>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select id, no, schema, ui, prefill, repeat_ask, closes_at
        from catalogue.form_version
        where id = any($1)"#,
        ids
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    rows.into_iter().map(Form::try_from).collect()
}

/// The forms of these ids that an edition has which is or was live.
pub async fn list_published(
    db: &mut PgConnection,
    ids: &[FormVersionId],
) -> Result<Vec<Form>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"
        select id, no, schema, ui, prefill, repeat_ask, closes_at
        from catalogue.form_version form
        where id = any($1)
          and exists (
              select from catalogue.procedure_edition edition
              where edition.national_code = form.national_code and edition.form_version = form.id
                and edition.live_at is not null)"#,
        &ids
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    rows.into_iter().map(Form::try_from).collect()
}

/// The id of a form version of a procedure.
pub async fn find_no(db: &mut PgConnection, code: &str, no: i32) -> Result<Option<Uuid>, Error> {
    let id = sqlx::query_scalar!(
        "select id from catalogue.form_version where national_code = $1 and no = $2",
        code,
        no
    );
    id.fetch_optional(db).await.map_err(fault(READING))
}

/// The last form version of a procedure, if it says the same.
pub async fn find_same(
    db: &mut PgConnection,
    code: &str,
    form: &NewFormVersion,
) -> Result<Option<i32>, Error> {
    let no = sqlx::query_scalar!(
        r#"
        select no
        from catalogue.form_version
        where national_code = $1 and schema = $2 and ui = $3 and prefill = $4
          and no = (select max(no) from catalogue.form_version where national_code = $1)"#,
        code,
        form.schema,
        form.ui,
        json!(form.prefill)
    );
    no.fetch_optional(db).await.map_err(fault(READING))
}

/// The next form version of a procedure whose row is locked; gives its number.
pub async fn insert(
    db: &mut PgConnection,
    id: FormVersionId,
    code: &str,
    form: &NewFormVersion,
    repeat_ask: f32,
    (by, at): (AccountId, Timestamp),
) -> Result<i32, Error> {
    let no = sqlx::query_scalar!(
        r#"
        insert into catalogue.form_version (
            id, national_code, no, schema, ui, prefill, repeat_ask, closes_at, created_at, created_by)
        select $1, $2, coalesce(max(no), 0) + 1, $3, $4, $5, $6, null, $7, $8
        from catalogue.form_version
        where national_code = $2
        returning no"#,
        id.as_uuid(),
        code,
        form.schema,
        form.ui,
        json!(form.prefill),
        repeat_ask,
        at,
        by.as_uuid()
    );
    no.fetch_one(db).await.map_err(fault("inserting a form version"))
}

/// Gives a form its end. One that has an end keeps the later one.
pub async fn close(db: &mut PgConnection, id: Uuid, closes_at: Timestamp) -> Result<(), Error> {
    let closed = sqlx::query!(
        r#"
        update catalogue.form_version
        set closes_at = $2
        where id = $1 and (closes_at is null or closes_at < $2)"#,
        id,
        closes_at
    );
    closed.execute(db).await.map_err(fault("giving a form its end")).map(drop)
}
