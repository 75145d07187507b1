//! Fills tables from rows given as JSON, one statement a table.

use city_clock::Timestamp;
use serde_json::Value;
use sqlx::PgConnection;

use crate::error::{Error, fault};

pub async fn wards(db: &mut PgConnection, rows: &Value) -> Result<(), Error> {
    sqlx::query!(
        r#"
        insert into reports.ref_ward (code, name, kind, lat, lon, valid_from, valid_to)
        select code, name, kind, lat, lon, valid_from, valid_to
        from jsonb_to_recordset($1) as seed (
            code text, name jsonb, kind text, lat double precision, lon double precision, valid_from date, valid_to date)
        on conflict (code, valid_from) do nothing"#,
        rows
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("seeding wards"))
}

pub async fn agencies(db: &mut PgConnection, rows: &Value) -> Result<(), Error> {
    sqlx::query!(
        r#"
        insert into reports.ref_agency (code, name, level, type, parent, ward, active)
        select code, name, level, type, parent, ward, true
        from jsonb_to_recordset($1) as seed (
            code text, name jsonb, level text, type text, parent text, ward text)
        on conflict (code) do nothing"#,
        rows
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("seeding agencies"))
}

/// A published version never changes.
pub async fn calendar(db: &mut PgConnection, body: &Value) -> Result<(), Error> {
    sqlx::query!(
        r#"
        insert into reports.ref_calendar (version, body) values (($1::jsonb ->> 'version')::integer, $1)
        on conflict (version) do nothing"#,
        body
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("seeding the calendar"))
}

pub async fn categories(db: &mut PgConnection, rows: &Value) -> Result<(), Error> {
    sqlx::query!(
        r#"
        insert into reports.category (
            code, parent, label, keywords, sort, active, version, default_agency, target, urgent_target, triage_target,
            is_public, precision, photo_public, guest_allowed, review_required, keep_original, after_photo,
            merge_radius_m, emergency_phone)
        select code, parent, label, '{}', sort, true, 1, default_agency, nullif(target, 'null'),
               nullif(urgent_target, 'null'), nullif(triage_target, 'null'), is_public, precision, photo_public,
               guest_allowed, review_required, keep_original, after_photo, merge_radius_m, emergency_phone
        from jsonb_to_recordset($1) as seed (
            code text, parent text, label jsonb, sort integer, default_agency text, target jsonb, urgent_target jsonb,
            triage_target jsonb, is_public boolean, precision text, photo_public boolean, guest_allowed boolean,
            review_required boolean, keep_original boolean, after_photo text, merge_radius_m integer,
            emergency_phone text)
        order by parent is not null -- topics first
        on conflict (code) do nothing"#,
        rows
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("seeding categories"))
}

pub async fn routing_rules(
    db: &mut PgConnection,
    rows: &Value,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        r#"
        insert into reports.routing_rule (id, rank, category, agency, mode, active, valid_from, version)
        select gen_random_uuid(), rank, category, agency, mode, true, $2, 1
        from jsonb_to_recordset($1) as seed (rank integer, category text, agency text, mode text)
        on conflict (rank) do nothing"#,
        rows,
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("seeding routing rules"))
}
