//! Writes places: units of today, and those that end.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::AccountId;
use sqlx::PgConnection;

use crate::app::registry::{PlaceDraft, source};
use crate::error::{Error, fault, on_constraint};

/// Writes a present unit and its names, and gives its new version.
///
/// # Errors
/// [`Error::Stale`] when it is at another version than the draft's, or exists although the draft has none.
pub async fn write(
    db: &mut PgConnection,
    draft: &PlaceDraft,
    by: AccountId,
    number: i64,
    at: Timestamp,
) -> Result<i32, Error> {
    let written = sqlx::query_scalar!(
        r#"
        insert into catalogue.place as present (
            place_id, code, kind, parent_id, valid_from, area_km2, lat, lon, boundary, source, changed_in, version,
            created_at, created_by, updated_at, updated_by)
        select $1, $1, $2, city.place_id, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $10, $11
        from (select place_id from catalogue.place where kind = 'CITY' and valid_to is null) as city
        where $12::integer is null or exists (select from catalogue.place where place_id = $1)
        on conflict (place_id) do update
        set kind = excluded.kind, valid_from = excluded.valid_from, area_km2 = excluded.area_km2, lat = excluded.lat,
            lon = excluded.lon, boundary = excluded.boundary, source = excluded.source, changed_in = excluded.changed_in,
            version = present.version + 1, updated_at = excluded.updated_at, updated_by = excluded.updated_by
        where present.version = $12
        returning version"#,
        draft.code,
        draft.kind,
        draft.valid_from,
        draft.area_km2,
        draft.centroid.map(|point| point.lat),
        draft.centroid.map(|point| point.lon),
        draft.boundary,
        source(&draft.basis),
        number,
        at,
        by.as_uuid(),
        draft.version
    );
    let Some(version) = written.fetch_optional(&mut *db).await.map_err(fault("writing a place"))?
    else {
        let current = sqlx::query_scalar!(
            "select version from catalogue.place where place_id = $1",
            draft.code
        );
        let current = current.fetch_optional(db).await.map_err(fault("reading a place"))?;
        return Err(Error::Stale { current: current.unwrap_or(0) });
    };
    sqlx::query!(
        "with gone as (
             delete from catalogue.place_text text
             where place_id = $1
               and not exists (select from jsonb_to_recordset($2) as kept (locale text, field text)
                               where kept.locale = text.locale and kept.field = text.field)
         )
         insert into catalogue.place_text (place_id, locale, field, body)
         select $1, locale, field, body
         from jsonb_to_recordset($2) as wanted (locale text, field text, body text)
         on conflict (place_id, locale, field) do update set body = excluded.body",
        draft.code,
        draft.rows()
    )
    .execute(db)
    .await
    .map_err(fault("writing the names of a place"))?;
    Ok(version)
}

/// Copies a present unit into the past, and gives the id under which it stays; none if there is no such present unit.
pub async fn end(
    db: &mut PgConnection,
    code: &str,
    ended_on: NaiveDate,
    by: AccountId,
    number: i64,
    at: Timestamp,
) -> Result<Option<String>, Error> {
    let former = sqlx::query_scalar!(
        r#"
        insert into catalogue.place (
            place_id, code, kind, parent_id, valid_from, valid_to, area_km2, lat, lon, boundary, source, changed_in, version,
            created_at, created_by, updated_at, updated_by)
        select place_id || '@' || $2::date::text, code, 'FORMER_' || kind, parent_id, valid_from, $2, area_km2, lat, lon,
               boundary, source, $3, 1, $4, $5, $4, $5
        from catalogue.place
        where place_id = $1 and valid_to is null and kind in ('WARD', 'COMMUNE')
        returning place_id"#,
        code,
        ended_on,
        number,
        at,
        by.as_uuid()
    );
    let outcome =
        Error::invalid("/endedOn", "TWICE", "a unit of this code already ended on this day");
    let former = former.fetch_optional(&mut *db).await;
    let former = former.map_err(on_constraint("place_pkey", outcome, "ending a place"))?;
    if let Some(former) = &former {
        sqlx::query!(
            "insert into catalogue.place_text (place_id, locale, field, body)
             select $2, locale, field, body from catalogue.place_text where place_id = $1",
            code,
            former
        )
        .execute(db)
        .await
        .map_err(fault("naming a former place"))?;
    }
    Ok(former)
}

/// Takes away the former units that led to a unit which ends, so that they can be led on.
pub async fn release(db: &mut PgConnection, code: &str) -> Result<Vec<String>, Error> {
    let released = sqlx::query_scalar!(
        "delete from catalogue.place_succession where new_id = $1 returning old_id",
        code
    );
    released.fetch_all(db).await.map_err(fault("releasing former units"))
}

/// Points former units at their successors.
pub async fn lead_on(
    db: &mut PgConnection,
    index: usize,
    olds: &[String],
    successors: &[String],
    number: i64,
) -> Result<(), Error> {
    let written = sqlx::query!(
        "insert into catalogue.place_succession (old_id, new_id, changed_in)
         select old, new, $3 from unnest($1::text[]) as old, unnest($2::text[]) as new
         on conflict (old_id, new_id) do update set changed_in = excluded.changed_in",
        olds,
        successors,
        number
    );
    let field = format!("/ended/{index}/successors");
    let outcome = Error::invalid(
        field,
        "UNKNOWN",
        "a successor is no present unit and is not among the units",
    );
    let written = written.execute(db).await;
    written.map(drop).map_err(on_constraint(
        "place_succession_new_id_fkey",
        outcome,
        "recording a succession",
    ))
}

/// Removes the present row of a unit that ended and whose code is not used again; its past stays under another id.
pub async fn remove(db: &mut PgConnection, index: usize, code: &str) -> Result<(), Error> {
    let removed = sqlx::query!(
        "with texts as (delete from catalogue.place_text where place_id = $1)
         delete from catalogue.place where place_id = $1",
        code
    );
    let field = format!("/ended/{index}/code");
    let outcome =
        Error::invalid(field, "IN_USE", "an agency still serves this unit; move or end it first");
    let removed = removed.execute(db).await;
    removed.map(drop).map_err(on_constraint("agency_place_id_fkey", outcome, "removing a place"))
}
