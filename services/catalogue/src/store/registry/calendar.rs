//! Versions of calendars: written once, never changed.

use city_calendar::Calendar;
use city_clock::Timestamp;
use city_ids::AccountId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, broken, fault, on_constraint};

/// The newest version of a calendar; none before the first.
pub async fn current(db: &mut PgConnection, code: &str) -> Result<Option<Calendar>, Error> {
    let body = sqlx::query_scalar!(
        "select body from catalogue.calendar where code = $1 order by version desc limit 1",
        code
    );
    let body = body.fetch_optional(db).await.map_err(fault("reading a calendar"))?;
    let read = |body: Value| {
        Calendar::from_value(&body).map_err(|error| broken("reading a calendar", error))
    };
    body.map(read).transpose()
}

/// A new version.
#[derive(Debug)]
pub struct NewVersion<'a> {
    /// Its code.
    pub code: &'a str,
    /// Its number.
    pub version: i32,
    /// The calendar, with code and version in it.
    pub body: &'a Value,
    /// The decision it rests on.
    pub basis: &'a str,
}

/// Writes a version, and the work of moving dossiers to it.
///
/// # Errors
/// [`Error::Stale`] when there is such a version already.
pub async fn insert(
    db: &mut PgConnection,
    new: &NewVersion<'_>,
    by: AccountId,
    number: i64,
    at: Timestamp,
) -> Result<(), Error> {
    let inserted = sqlx::query!(
        "insert into catalogue.calendar (code, version, body, basis, published_by, published_at, changed_in)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.code,
        new.version,
        new.body,
        new.basis,
        by.as_uuid(),
        at,
        number
    );
    let stale = Error::Stale { current: new.version };
    let inserted = inserted.execute(&mut *db).await;
    inserted.map_err(on_constraint("calendar_one_version", stale, "publishing a calendar"))?;
    sqlx::query!(
        "insert into catalogue.calendar_recalculation (code, version, started_at, seen, moved) values ($1, $2, $3, 0, 0)",
        new.code,
        new.version,
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("planning the recalculation"))
}

/// How far dossiers were moved to a version.
#[derive(Debug, Clone)]
pub struct Recalculation {
    pub code: String,
    pub version: i32,
    pub after_id: Option<Uuid>,
}

/// The oldest recalculation that is not finished, locked; none when there is none or another instance works on it.
pub async fn take_recalculation(db: &mut PgConnection) -> Result<Option<Recalculation>, Error> {
    sqlx::query_as!(
        Recalculation,
        "select code, version, after_id from catalogue.calendar_recalculation
         where finished_at is null order by code, version limit 1 for update skip locked"
    )
    .fetch_optional(db)
    .await
    .map_err(fault("taking a recalculation"))
}

/// Remembers how far it went, in the transaction of its effect.
pub async fn advance_recalculation(
    db: &mut PgConnection,
    job: &Recalculation,
    last: Option<Uuid>,
    (seen, moved): (i64, i64),
    finished_at: Option<Timestamp>,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.calendar_recalculation
         set after_id = coalesce($3, after_id), seen = seen + $4, moved = moved + $5, finished_at = $6
         where code = $1 and version = $2",
        job.code,
        job.version,
        last,
        seen,
        moved,
        finished_at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("remembering a recalculation"))
}

/// Open dossiers of a calendar that still count by an older version, by key.
pub async fn list_dossiers(
    db: &mut PgConnection,
    code: &str,
    before_version: i32,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Uuid>, Error> {
    sqlx::query_scalar!(
        "select id from catalogue.dossier
         where calendar_code = $1 and ended_at is null and status in (2, 4, 5, 6, 8) and calendar_version < $2
           and ($3::uuid is null or id > $3)
         order by id limit $4",
        code,
        before_version,
        after,
        limit
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing the dossiers of a calendar"))
}
