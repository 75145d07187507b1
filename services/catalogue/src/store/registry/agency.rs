//! Writes agencies.

use city_clock::Timestamp;
use city_ids::AccountId;
use sqlx::PgConnection;

use crate::app::registry::{AgencyDraft, source};
use crate::error::{Error, fault};

/// Writes an agency and its texts, and gives its new version.
///
/// # Errors
/// [`Error::Stale`] when it is at another version than the draft's, or exists although the draft has none.
pub async fn write(
    db: &mut PgConnection,
    code: &str,
    draft: &AgencyDraft,
    place: Option<&str>,
    by: AccountId,
    number: i64,
    at: Timestamp,
) -> Result<i32, Error> {
    let written = sqlx::query_scalar!(
        r#"
        insert into catalogue.agency as present (
            code, kind, level, parent, place_id, phone, email, hours, active, source, changed_in, version,
            created_at, created_by, updated_at, updated_by)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $13, $12, $13
        where $14::integer is null or exists (select from catalogue.agency where code = $1)
        on conflict (code) do update
        set kind = excluded.kind, level = excluded.level, parent = excluded.parent, place_id = excluded.place_id,
            phone = excluded.phone, email = excluded.email, hours = excluded.hours, active = excluded.active,
            source = excluded.source, changed_in = excluded.changed_in, version = present.version + 1,
            updated_at = excluded.updated_at, updated_by = excluded.updated_by
        where present.version = $14
        returning version"#,
        code,
        draft.kind,
        draft.level,
        draft.parent,
        place,
        draft.phone,
        draft.email,
        draft.hours,
        draft.active,
        source(&draft.basis),
        number,
        at,
        by.as_uuid(),
        draft.version
    );
    let Some(version) =
        written.fetch_optional(&mut *db).await.map_err(fault("writing an agency"))?
    else {
        let current =
            sqlx::query_scalar!("select version from catalogue.agency where code = $1", code);
        let current = current.fetch_optional(db).await.map_err(fault("reading an agency"))?;
        return Err(Error::Stale { current: current.unwrap_or(0) });
    };
    sqlx::query!(
        "with gone as (
             delete from catalogue.agency_text text
             where agency = $1
               and not exists (select from jsonb_to_recordset($2) as kept (locale text, field text)
                               where kept.locale = text.locale and kept.field = text.field)
         )
         insert into catalogue.agency_text (agency, locale, field, body)
         select $1, locale, field, body
         from jsonb_to_recordset($2) as wanted (locale text, field text, body text)
         on conflict (agency, locale, field) do update set body = excluded.body",
        code,
        draft.rows()
    )
    .execute(db)
    .await
    .map_err(fault("writing the texts of an agency"))?;
    Ok(version)
}
