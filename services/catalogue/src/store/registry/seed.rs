//! Fills the registry from rows given as JSON, one statement a table. What a person edited (`updated_by`) stays.

use city_clock::Timestamp;
use serde_json::Value;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Places with their names, parents before children.
pub async fn places(
    db: &mut PgConnection,
    rows: &Value,
    number: i64,
    at: Timestamp,
) -> Result<u64, Error> {
    let written = sqlx::query!(
        r#"
        insert into catalogue.place as present (
            place_id, code, kind, parent_id, valid_from, valid_to, area_km2, lat, lon, source, changed_in, version,
            created_at, updated_at)
        select place_id, code, kind, parent_id, valid_from, valid_to, area_km2, lat, lon, source, $2, 1, $3, $3
        from jsonb_to_recordset($1) as seed (
            place_id text, code text, kind text, parent_id text, valid_from date, valid_to date, area_km2 double precision,
            lat double precision, lon double precision, source jsonb)
        on conflict (place_id) do update
        set kind = excluded.kind, parent_id = excluded.parent_id, valid_from = excluded.valid_from,
            area_km2 = excluded.area_km2, lat = excluded.lat, lon = excluded.lon, source = excluded.source,
            changed_in = excluded.changed_in, version = present.version + 1, updated_at = excluded.updated_at
        where present.updated_by is null
          and (present.kind, present.parent_id, present.valid_from, present.area_km2, present.lat, present.lon, present.source)
              is distinct from (excluded.kind, excluded.parent_id, excluded.valid_from, excluded.area_km2, excluded.lat,
                                excluded.lon, excluded.source)"#,
        rows,
        number,
        at
    );
    let written = written.execute(&mut *db).await.map_err(fault("seeding places"))?;
    let named = sqlx::query!(
        r#"
        with seed as (
            select * from jsonb_to_recordset($1) as seed (place_id text, vi text, en text, short text)
        ), wanted as (
            select place_id, 'vi' as locale, 'name' as field, vi as body from seed
            union all select place_id, 'en', 'name', en from seed
            union all select place_id, 'vi', 'short_name', short from seed
        ), written as (
            insert into catalogue.place_text as present (place_id, locale, field, body)
            select wanted.place_id, locale, field, body
            from wanted join catalogue.place using (place_id)
            where body is not null and updated_by is null
            on conflict (place_id, locale, field) do update set body = excluded.body
            where present.body <> excluded.body
            returning place_id
        )
        update catalogue.place set changed_in = $2 where place_id in (select place_id from written)"#,
        rows,
        number
    );
    let named = named.execute(db).await.map_err(fault("seeding the names of places"))?;
    Ok(written.rows_affected() + named.rows_affected())
}

/// Which unit became which.
pub async fn succession(db: &mut PgConnection, rows: &Value, number: i64) -> Result<u64, Error> {
    let written = sqlx::query!(
        r#"
        insert into catalogue.place_succession (old_id, new_id, changed_in)
        select old_id, new_id, $2 from jsonb_to_recordset($1) as seed (old_id text, new_id text)
        on conflict do nothing"#,
        rows,
        number
    );
    let written = written.execute(db).await.map_err(fault("seeding the succession"))?;
    Ok(written.rows_affected())
}

/// Agencies with their names.
pub async fn agencies(
    db: &mut PgConnection,
    rows: &Value,
    number: i64,
    at: Timestamp,
) -> Result<u64, Error> {
    let written = sqlx::query!(
        r#"
        insert into catalogue.agency as present (
            code, kind, level, parent, place_id, active, source, changed_in, version, created_at, updated_at)
        select code, kind, level, parent, place_id, true, source, $2, 1, $3, $3
        from jsonb_to_recordset($1) as seed (
            code text, kind text, level text, parent text, place_id text, source jsonb)
        on conflict (code) do update
        set kind = excluded.kind, level = excluded.level, parent = excluded.parent, place_id = excluded.place_id,
            source = excluded.source, changed_in = excluded.changed_in, version = present.version + 1,
            updated_at = excluded.updated_at
        where present.updated_by is null
          and (present.kind, present.level, present.parent, present.place_id, present.source)
              is distinct from (excluded.kind, excluded.level, excluded.parent, excluded.place_id, excluded.source)"#,
        rows,
        number,
        at
    );
    let written = written.execute(&mut *db).await.map_err(fault("seeding agencies"))?;
    let named = sqlx::query!(
        r#"
        with seed as (
            select * from jsonb_to_recordset($1) as seed (code text, vi text, en text)
        ), wanted as (
            select code, 'vi' as locale, vi as body from seed union all select code, 'en', en from seed
        ), written as (
            insert into catalogue.agency_text as present (agency, locale, field, body)
            select wanted.code, locale, 'name', body
            from wanted join catalogue.agency using (code)
            where body is not null and updated_by is null
            on conflict (agency, locale, field) do update set body = excluded.body
            where present.body <> excluded.body
            returning agency
        )
        update catalogue.agency set changed_in = $2 where code in (select agency from written)"#,
        rows,
        number
    );
    let named = named.execute(db).await.map_err(fault("seeding the names of agencies"))?;
    Ok(written.rows_affected() + named.rows_affected())
}

/// Groups of services with their names.
pub async fn categories(db: &mut PgConnection, rows: &Value) -> Result<u64, Error> {
    let written = sqlx::query!(
        r#"
        insert into catalogue.category as present (code, sort, audience, source)
        select code, sort, audience, source
        from jsonb_to_recordset($1) as seed (code text, sort integer, audience text, source jsonb)
        on conflict (code) do update
        set sort = excluded.sort, audience = excluded.audience, source = excluded.source
        where (present.sort, present.audience, present.source)
              is distinct from (excluded.sort, excluded.audience, excluded.source)"#,
        rows
    );
    let written = written.execute(&mut *db).await.map_err(fault("seeding categories"))?;
    let named = sqlx::query!(
        r#"
        insert into catalogue.category_text as present (category, locale, field, body)
        select code, locale, 'name', body
        from jsonb_to_recordset($1) as seed (code text, vi text, en text),
             lateral (values ('vi', vi), ('en', en)) as text (locale, body)
        where body is not null
        on conflict (category, locale, field) do update set body = excluded.body
        where present.body <> excluded.body"#,
        rows
    );
    let named = named.execute(db).await.map_err(fault("seeding the names of categories"))?;
    Ok(written.rows_affected() + named.rows_affected())
}

/// Life events with their names and services.
pub async fn life_events(db: &mut PgConnection, rows: &Value) -> Result<u64, Error> {
    let written = sqlx::query!(
        r#"
        insert into catalogue.life_event as present (code, sort, source)
        select code, sort, source
        from jsonb_to_recordset($1) as seed (code text, sort integer, source jsonb)
        on conflict (code) do update set sort = excluded.sort, source = excluded.source
        where (present.sort, present.source) is distinct from (excluded.sort, excluded.source)"#,
        rows
    );
    let written = written.execute(&mut *db).await.map_err(fault("seeding life events"))?;
    let named = sqlx::query!(
        r#"
        insert into catalogue.life_event_text as present (life_event, locale, field, body)
        select code, locale, 'name', body
        from jsonb_to_recordset($1) as seed (code text, vi text, en text),
             lateral (values ('vi', vi), ('en', en)) as text (locale, body)
        where body is not null
        on conflict (life_event, locale, field) do update set body = excluded.body
        where present.body <> excluded.body"#,
        rows
    );
    let named = named.execute(&mut *db).await.map_err(fault("seeding the names of life events"))?;
    let listed = sqlx::query!(
        r#"
        insert into catalogue.life_event_service as present (life_event, service, sort)
        select code, service.code_of, service.position::integer
        from jsonb_to_recordset($1) as seed (code text, services jsonb),
             lateral jsonb_array_elements_text(services) with ordinality as service (code_of, position)
        on conflict (life_event, service) do update set sort = excluded.sort
        where present.sort <> excluded.sort"#,
        rows
    );
    let listed = listed.execute(db).await.map_err(fault("seeding the services of life events"))?;
    Ok(written.rows_affected() + named.rows_affected() + listed.rows_affected())
}

/// The first version of the calendar. A published version never changes, so another seed is ignored.
pub async fn calendar(
    db: &mut PgConnection,
    body: &Value,
    number: i64,
    at: Timestamp,
) -> Result<u64, Error> {
    let written = sqlx::query!(
        r#"
        insert into catalogue.calendar (code, version, body, basis, published_at, changed_in)
        values ($1::jsonb ->> 'code', ($1::jsonb ->> 'version')::integer, $1, 'seed/calendar.json', $3, $2)
        on conflict (code, version) do nothing"#,
        body,
        number,
        at
    );
    let written = written.execute(db).await.map_err(fault("seeding the calendar"))?;
    Ok(written.rows_affected())
}
