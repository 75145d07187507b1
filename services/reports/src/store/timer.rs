//! Timers of reports.

use city_clock::Timestamp;
use city_ids::ReportId;
use sqlx::PgConnection;

use crate::domain::{Timer, TimerKind};
use crate::error::{Error, fault};

/// Puts these timers in the place of the stored ones, besides ESCALATE, which the calendar decides about.
pub async fn replace(
    db: &mut PgConnection,
    report: ReportId,
    timers: &[Timer],
) -> Result<(), Error> {
    let kinds: Vec<_> = timers.iter().map(|timer| timer.kind.as_str().to_owned()).collect();
    let instants: Vec<_> = timers.iter().map(|timer| timer.fires_at).collect();
    sqlx::query!(
        r#"
        with gone as (
            delete from reports.timer where report = $1 and kind <> 'ESCALATE' and kind <> all($2)
        )
        insert into reports.timer (report, kind, fires_at)
        select $1, kind, fires_at from unnest($2::text[], $3::timestamptz[]) as wanted (kind, fires_at)
        on conflict (report, kind) do update set fires_at = excluded.fires_at"#,
        report.as_uuid(),
        &kinds,
        &instants
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("setting timers"))
}

/// Timers that are due, oldest first.
pub async fn list_due(
    db: &mut PgConnection,
    at: Timestamp,
    limit: i64,
) -> Result<Vec<(ReportId, Option<TimerKind>)>, Error> {
    let query = sqlx::query!(
        "select report, kind from reports.timer where fires_at <= $1 order by fires_at limit $2",
        at,
        limit
    );
    let rows = query.fetch_all(db).await.map_err(fault("looking for timers"))?;
    Ok(rows
        .into_iter()
        .map(|row| (ReportId::restore(row.report), TimerKind::parse(&row.kind)))
        .collect())
}

/// Takes a timer away if it is still due; false if somebody moved it or was faster.
pub async fn take_due(
    db: &mut PgConnection,
    report: ReportId,
    kind: TimerKind,
    at: Timestamp,
) -> Result<bool, Error> {
    let query = sqlx::query!(
        "delete from reports.timer where report = $1 and kind = $2 and fires_at <= $3",
        report.as_uuid(),
        kind.as_str(),
        at
    );
    Ok(query.execute(db).await.map_err(fault("taking a timer"))?.rows_affected() == 1)
}
