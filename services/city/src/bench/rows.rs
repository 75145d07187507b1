//! Fills a seeded city with published reports: one is filed as residents do, the rest are its copies.

use city_boot::BootError;
use city_ids::Ids;
use city_reports::domain::PublicCode;
use sqlx::PgPool;
use uuid::Uuid;

/// Copies a report until there are `count` more, a minute apart, each with an id, number and code of its own.
///
/// # Errors
/// When the database refuses.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark's data is made in bulk, from whatever columns there are"
)]
pub(super) async fn copy_reports(db: &PgPool, count: u32) -> Result<(), BootError> {
    let failed = |error: sqlx::Error| BootError::failed("making rows", error);
    // Generated columns cannot be written, so the list is read from the database itself.
    let columns: Vec<String> = sqlx::query_scalar(
        "select column_name::text from information_schema.columns
         where table_schema = 'reports' and table_name = 'report' and is_generated = 'NEVER'",
    )
    .fetch_all(db)
    .await
    .map_err(failed)?;
    let columns = columns.join(", ");
    let ids = Ids::random();
    let (mut uuids, mut codes) = (Vec::new(), Vec::new());
    for number in 1..=count {
        uuids.push(Uuid::from_bytes(ids.bytes()));
        let code = PublicCode::make(2026, 1_000_000 + u64::from(number));
        codes.push(code.map_err(|error| BootError::failed("making a code", error))?.to_string());
    }
    let insert = format!(
        "insert into reports.report ({columns})
         select {columns} from (
             select (jsonb_populate_record(one, jsonb_build_object(
                 'id', copy.id, 'no', 1000000 + copy.n, 'code', copy.code,
                 'filed_at', one.filed_at - copy.n * interval '1 minute'))).*
             from reports.report one,
                  unnest($1::uuid[], $2::text[]) with ordinality as copy (id, code, n)
             where one.id = (select id from reports.report limit 1)
         ) copies"
    );
    sqlx::query(sqlx::AssertSqlSafe(insert))
        .bind(uuids)
        .bind(codes)
        .execute(db)
        .await
        .map_err(failed)?;
    sqlx::query("analyze reports.report").execute(db).await.map_err(failed)?;
    Ok(())
}
