//! When the clock of a report stood still.

use city_clock::Timestamp;
use city_ids::ReportId;
use sqlx::PgConnection;

use crate::domain::StopKind;
use crate::error::{Error, fault};

pub async fn open(
    db: &mut PgConnection,
    report: ReportId,
    kind: StopKind,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        r#"
        insert into reports.stop (report, no, kind, from_at)
        select $1, coalesce(max(no), 0) + 1, $2, $3 from reports.stop where report = $1"#,
        report.as_uuid(),
        kind.as_str(),
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("stopping a clock"))
}

pub async fn end(db: &mut PgConnection, report: ReportId, at: Timestamp) -> Result<(), Error> {
    // A clock that was set back must not end a stop before it began.
    let query = sqlx::query!(
        "update reports.stop set to_at = greatest($2, from_at) where report = $1 and to_at is null",
        report.as_uuid(),
        at
    );
    query.execute(db).await.map(drop).map_err(fault("starting a clock again"))
}
