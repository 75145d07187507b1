//! Which dossiers a timer concerns.

use city_clock::Timestamp;
use city_ids::{AccountId, DossierId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Running dossiers past their deadline that were not flagged.
pub async fn list_late(
    db: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<DossierId>, Error> {
    sqlx::query_scalar!(
        r#"select id as "id: DossierId" from catalogue.dossier
           where ended_at is null and late_flagged_at is null and due_at < $1 and status in (2, 4)
           order by due_at limit $2"#,
        now,
        limit
    )
    .fetch_all(db)
    .await
    .map_err(fault("looking for late dossiers"))
}

/// Running dossiers due between two instants whose officer was not warned.
pub async fn list_due_soon(
    db: &mut PgConnection,
    now: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<DossierId>, Error> {
    sqlx::query_scalar!(
        r#"select id as "id: DossierId" from catalogue.dossier
           where ended_at is null and due_soon_at is null and due_at >= $1 and due_at <= $2 and status in (2, 4)
           order by due_at limit $3"#,
        now,
        until,
        limit
    )
    .fetch_all(db)
    .await
    .map_err(fault("looking for dossiers due soon"))
}

/// The open dossiers that somebody works on, with the agency that decides and the ward, by id.
pub async fn list_assigned(
    db: &mut PgConnection,
    to: AccountId,
) -> Result<Vec<(DossierId, String, Option<String>)>, Error> {
    let rows = sqlx::query!(
        r#"select id as "id: DossierId", coalesce(competent_agency, '') as "agency!", ward
           from catalogue.dossier where assignee = $1 and ended_at is null order by id"#,
        to.as_uuid()
    );
    let rows = rows.fetch_all(db).await.map_err(fault("listing what somebody works on"))?;
    Ok(rows.into_iter().map(|row| (row.id, row.agency, row.ward)).collect())
}
