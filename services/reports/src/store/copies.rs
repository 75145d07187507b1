//! Writes copies of the catalogue's registry. A row of an older publication than the stored one changes nothing.

use chrono::NaiveDate;
use city_contracts::catalogue::registry::{AgencyRow, CalendarView, PlaceKind, PlaceRow};
use serde_json::json;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Up to which publication everything was copied.
pub async fn number(db: &mut PgConnection) -> Result<i64, Error> {
    sqlx::query_scalar!("select number from reports.ref_copied")
        .fetch_one(db)
        .await
        .map_err(fault("reading what was copied"))
}

/// Remembers up to which publication everything was copied; never back.
pub async fn set_number(db: &mut PgConnection, number: i64) -> Result<(), Error> {
    sqlx::query!("update reports.ref_copied set number = greatest(number, $1)", number)
        .execute(db)
        .await
        .map(drop)
        .map_err(fault("remembering what was copied"))
}

/// Copies wards and communes: those of today, and the last days of those that ended. Earlier units were never wards here.
pub async fn places(db: &mut PgConnection, places: &[PlaceRow]) -> Result<(), Error> {
    for place in places {
        let (Some(code), Some(from)) = (&place.code, place.valid_from) else { continue };
        match place.kind {
            PlaceKind::Ward | PlaceKind::Commune => ward(db, place, code, from).await?,
            PlaceKind::FormerWard | PlaceKind::FormerCommune => end(db, place, code, from).await?,
            PlaceKind::City | PlaceKind::FormerTownship | PlaceKind::FormerDistrict => {}
        }
    }
    Ok(())
}

async fn ward(
    db: &mut PgConnection,
    place: &PlaceRow,
    code: &str,
    from: NaiveDate,
) -> Result<(), Error> {
    let Some(middle) = place.centroid else {
        tracing::warn!(ward = code, "A ward without a middle cannot take reports");
        return Ok(());
    };
    sqlx::query!(
        r#"
        insert into reports.ref_ward as present (code, name, kind, lat, lon, valid_from, valid_to, changed_in)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (code, valid_from) do update
        set name = excluded.name, kind = excluded.kind, lat = excluded.lat, lon = excluded.lon,
            valid_to = excluded.valid_to, changed_in = excluded.changed_in
        where present.changed_in < excluded.changed_in"#,
        code,
        json!(place.name),
        place.kind.as_str(),
        middle.lat,
        middle.lon,
        from,
        place.valid_to,
        place.changed_in
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("copying a ward"))
}

async fn end(
    db: &mut PgConnection,
    place: &PlaceRow,
    code: &str,
    from: NaiveDate,
) -> Result<(), Error> {
    sqlx::query!(
        "update reports.ref_ward set valid_to = $3, changed_in = $4
         where code = $1 and valid_from = $2 and changed_in < $4",
        code,
        from,
        place.valid_to,
        place.changed_in
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("ending a ward"))
}

/// Copies agencies.
pub async fn agencies(db: &mut PgConnection, agencies: &[AgencyRow]) -> Result<(), Error> {
    sqlx::query!(
        r#"
        insert into reports.ref_agency as present (code, name, level, type, parent, ward, active, changed_in)
        select code, name, level, kind, parent, "placeId", active, "changedIn"
        from jsonb_to_recordset($1) as copied (
            code text, name jsonb, level text, kind text, parent text, "placeId" text, active boolean, "changedIn" bigint)
        on conflict (code) do update
        set name = excluded.name, level = excluded.level, type = excluded.type, parent = excluded.parent,
            ward = excluded.ward, active = excluded.active, changed_in = excluded.changed_in
        where present.changed_in < excluded.changed_in"#,
        json!(agencies)
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("copying agencies"))
}

/// The newest version of the calendar that is here; 0 for none.
pub async fn calendar_version(db: &mut PgConnection) -> Result<i32, Error> {
    sqlx::query_scalar!(
        r#"select coalesce(max(version), 0) as "version!" from reports.ref_calendar"#
    )
    .fetch_one(db)
    .await
    .map_err(fault("reading the version of the calendar"))
}

/// Copies a version of the calendar. A published version never changes.
pub async fn calendar(db: &mut PgConnection, calendar: &CalendarView) -> Result<(), Error> {
    sqlx::query!(
        "insert into reports.ref_calendar (version, body) values ($1, $2) on conflict (version) do nothing",
        i32::try_from(calendar.version).unwrap_or(i32::MAX),
        calendar.body
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("copying a calendar"))
}
