//! The calendars of C3: a new version for all, and one for a single dossier at a time.

use city_boot::BootError;
use sqlx::PgConnection;
use uuid::Uuid;

/// The calendar of the baseline: only the dossier whose turn it is is counted by it.
const SINGLE: &str = "BENCH-SINGLE";

/// Publishes the next version of the city's calendar, with the coming working day off, and the same under [`SINGLE`].
/// Gives the number of dossiers whose deadline must move.
#[expect(clippy::disallowed_methods, reason = "a benchmark sets its own scene")]
pub(super) async fn publish(db: &mut PgConnection) -> Result<i64, BootError> {
    let failed = |error| BootError::failed("publishing a calendar", error);
    let day: String = sqlx::query_scalar(
        "with present as (select body from catalogue.calendar where code = 'VN-HUE' order by version desc limit 1)
         select d::date::text
         from present, generate_series((now() at time zone 'Asia/Ho_Chi_Minh')::date + 1,
                                       (now() at time zone 'Asia/Ho_Chi_Minh')::date + 30, interval '1 day') d
         where body -> 'week' ? to_char(d, 'DY')
           and not exists (select from jsonb_array_elements(body -> 'exceptions') e
                           where (e ->> 'date')::date = d::date)
         order by d limit 1",
    )
    .fetch_one(&mut *db)
    .await
    .map_err(failed)?;
    for code in ["VN-HUE", SINGLE] {
        sqlx::query(
            "insert into catalogue.calendar (code, version, body, basis, published_at, changed_in)
             select $1, version + 1,
                    body || jsonb_build_object('code', $1::text, 'version', version + 1, 'exceptions',
                        body -> 'exceptions' || jsonb_build_array(jsonb_build_object(
                            'date', $2::text, 'kind', 'DAY_OFF', 'nameVi', 'Ngày nghỉ mẫu'))),
                    'benchmark', now(), changed_in
             from catalogue.calendar where code = 'VN-HUE'
             order by case when $1 = 'VN-HUE' then version else -version end desc limit 1",
        )
        .bind(code)
        .bind(&day)
        .execute(&mut *db)
        .await
        .map_err(failed)?;
        sqlx::query(
            "insert into catalogue.calendar_recalculation (code, version, started_at, seen, moved, finished_at)
             select code, version, now(), 0, 0, case when code = 'VN-HUE' then null else now() end
             from catalogue.calendar where code = $1 order by version desc limit 1",
        )
        .bind(code)
        .execute(&mut *db)
        .await
        .map_err(failed)?;
    }
    // Running ones that had to count the day: accepted before it and due on it or later.
    sqlx::query_scalar(
        "select count(*) from catalogue.dossier
         where calendar_code = 'VN-HUE' and status in (2, 4)
           and (due_at at time zone 'Asia/Ho_Chi_Minh')::date >= $1::date",
    )
    .bind(&day)
    .fetch_one(db)
    .await
    .map_err(failed)
}

/// The last `count` dossiers, which the batches come to at the end.
pub(super) async fn last(db: &mut PgConnection, count: i32) -> Result<Vec<Uuid>, BootError> {
    sqlx::query_scalar(
        "select id from catalogue.dossier where calendar_code = 'VN-HUE' and ended_at is null order by id desc limit $1",
    )
    .bind(count)
    .fetch_all(db)
    .await
    .map_err(|error| BootError::failed("listing dossiers", error))
}

/// Lets the worker see this dossier alone: by its key before that of the city, the single calendar comes first.
#[expect(clippy::disallowed_methods, reason = "a benchmark sets its own scene")]
pub(super) async fn show(db: &mut PgConnection, dossier: Uuid) -> Result<(), BootError> {
    let failed = |error| BootError::failed("showing a dossier alone", error);
    sqlx::query("update catalogue.dossier set calendar_code = $2 where id = $1")
        .bind(dossier)
        .bind(SINGLE)
        .execute(&mut *db)
        .await
        .map_err(failed)?;
    sqlx::query(
        "update catalogue.calendar_recalculation set finished_at = null, after_id = null where code = $1",
    )
    .bind(SINGLE)
    .execute(db)
    .await
    .map(drop)
    .map_err(failed)
}

/// Gives it back to the city's calendar as it was before, to be moved with the others; false when it had not been moved.
#[expect(clippy::disallowed_methods, reason = "a benchmark sets its own scene")]
pub(super) async fn put_back(db: &mut PgConnection, dossier: Uuid) -> Result<bool, BootError> {
    let failed = |error| BootError::failed("putting a dossier back", error);
    sqlx::query("update catalogue.calendar_recalculation set finished_at = now() where code = $1")
        .bind(SINGLE)
        .execute(&mut *db)
        .await
        .map_err(failed)?;
    let put = sqlx::query(
        "update catalogue.dossier set calendar_code = 'VN-HUE', calendar_version = calendar_version - 1,
             due_at = case when due_at is not null then first_due_at end
         where id = $1 and calendar_code = $2
           and calendar_version = (select max(version) from catalogue.calendar where code = $2)",
    )
    .bind(dossier)
    .bind(SINGLE)
    .execute(db)
    .await
    .map_err(failed)?;
    Ok(put.rows_affected() == 1)
}

/// How many dossiers the city's calendar has looked at and moved so far, and whether it is done.
#[expect(clippy::disallowed_methods, reason = "a benchmark looks at tables of services")]
pub(super) async fn state(db: &mut PgConnection) -> Result<(i64, i64, bool), BootError> {
    sqlx::query_as(
        "select seen, moved, finished_at is not null from catalogue.calendar_recalculation
         where code = 'VN-HUE' order by version desc limit 1",
    )
    .fetch_one(db)
    .await
    .map_err(|error| BootError::failed("reading how far the calendar came", error))
}
