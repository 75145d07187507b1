//! Versions of calendars: written once, never changed.

use std::collections::HashMap;

use city_calendar::Calendar;
use city_clock::Timestamp;
use city_ids::AccountId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::dossier::{CanonicalRow, GENESIS, Step, Term};
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

/// Writes what counting anew changes of dossiers, under their next versions, and their histories. Their rows are locked;
/// nothing else of them differs.
pub async fn save_recounted(
    db: &mut PgConnection,
    steps: &[Step],
    at: Timestamp,
) -> Result<(), Error> {
    let all = || steps.iter().map(|step| &step.dossier);
    let ids: Vec<Uuid> = all().map(|dossier| dossier.id.as_uuid()).collect();
    let version = |term: &Term| term.calendar_version;
    sqlx::query!(
        "update catalogue.dossier d
         set version = d.version + 1, calendar_version = n.calendar_version, due_at = n.due_at,
             remaining = n.remaining, late_flagged_at = n.late_flagged_at, due_soon_at = n.due_soon_at,
             updated_at = $7
         from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::integer[], $5::timestamptz[],
                  $6::timestamptz[])
              as n (id, calendar_version, due_at, remaining, late_flagged_at, due_soon_at)
         where d.id = n.id",
        &ids,
        &all().map(|dossier| dossier.term.as_ref().map(version)).collect::<Vec<_>>()
            as &[Option<i32>],
        &all().map(|dossier| dossier.due_at).collect::<Vec<_>>() as &[Option<Timestamp>],
        &all().map(|dossier| dossier.remaining).collect::<Vec<_>>() as &[Option<i32>],
        &all().map(|dossier| dossier.late_flagged_at).collect::<Vec<_>>() as &[Option<Timestamp>],
        &all().map(|dossier| dossier.due_soon_at).collect::<Vec<_>>() as &[Option<Timestamp>],
        at
    )
    .execute(&mut *db)
    .await
    .map_err(fault("writing recounted dossiers"))?;
    append_recounted(db, steps, &ids).await
}

/// Appends to the histories, each row hashed over the last of its dossier.
async fn append_recounted(
    db: &mut PgConnection,
    steps: &[Step],
    ids: &[Uuid],
) -> Result<(), Error> {
    let last = sqlx::query!(
        r#"select n.id as "id!", e.hash as "hash!"
           from unnest($1::uuid[]) as n (id)
           cross join lateral (select hash from catalogue.dossier_event
                               where dossier = n.id order by seq desc limit 1) e"#,
        ids
    );
    let last = last.fetch_all(&mut *db).await.map_err(fault("reading the ends of histories"))?;
    let last: HashMap<Uuid, Vec<u8>> = last.into_iter().map(|row| (row.id, row.hash)).collect();
    let mut rows = Vec::with_capacity(steps.len());
    for step in steps {
        let dossier = step.dossier.id.as_uuid();
        let last = last.get(&dossier).and_then(|hash| <[u8; 32]>::try_from(hash.as_slice()).ok());
        let mut prev = last.unwrap_or(GENESIS);
        for happening in &step.happenings {
            let row = CanonicalRow {
                dossier,
                seq: happening.seq,
                at: happening.at,
                actor: None, // the service counts by itself
                acting_for: None,
                kind: happening.kind.as_str(),
                from: None,
                to: None,
                public_note: None,
                internal_note: None,
                data: &happening.data,
            };
            let hash = row.hash(&prev);
            rows.push((row, prev.to_vec(), hash.to_vec()));
            prev = hash;
        }
    }
    sqlx::query!(
        "insert into catalogue.dossier_event (dossier, seq, at, kind, data, prev_hash, hash)
         select * from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[], $5::jsonb[], $6::bytea[],
             $7::bytea[])",
        &rows.iter().map(|(row, _, _)| row.dossier).collect::<Vec<_>>(),
        &rows.iter().map(|(row, _, _)| row.seq).collect::<Vec<_>>(),
        &rows.iter().map(|(row, _, _)| row.at).collect::<Vec<_>>(),
        &rows.iter().map(|(row, _, _)| row.kind.to_owned()).collect::<Vec<_>>(),
        &rows.iter().map(|(row, _, _)| row.data.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|(_, prev, _)| prev.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|(_, _, hash)| hash.clone()).collect::<Vec<_>>()
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("writing the histories of recounted dossiers"))
}
