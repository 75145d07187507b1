//! The tracking page: what it shows, and wrong tries, which are counted by code.

use city_clock::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, fault};

/// What is found under a code.
#[derive(Debug)]
pub struct Tracked {
    pub status: i16,
    pub due_at: Option<Timestamp>,
    pub receiving_agency: Option<String>,
    pub track_mac: Option<Vec<u8>>,
    pub updated_at: Timestamp,
}

/// The dossier of a code.
pub async fn find(db: &mut PgConnection, code: &str) -> Result<Option<Tracked>, Error> {
    sqlx::query_as!(
        Tracked,
        r#"select status, due_at, receiving_agency, track_mac, updated_at
           from catalogue.dossier where code = $1"#,
        code
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a code"))
}

/// One try of a code at a time, also of a code that does not exist.
pub async fn lock(db: &mut PgConnection, code: &str) -> Result<(), Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 6)) as locked", code)
        .fetch_one(db)
        .await
        .map(drop)
        .map_err(fault("locking a code"))
}

/// When the wrong tries of a code since an instant were made, oldest first, at most `most` of the latest.
pub async fn wrong_since(
    db: &mut PgConnection,
    code: &str,
    since: Timestamp,
    most: i64,
) -> Result<Vec<Timestamp>, Error> {
    let mut tries = sqlx::query_scalar!(
        "select at from catalogue.track_try where code = $1 and at > $2 order by at desc limit $3",
        code,
        since,
        most
    )
    .fetch_all(db)
    .await
    .map_err(fault("counting tries"))?;
    tries.reverse();
    Ok(tries)
}

/// Counts a wrong try.
pub async fn count_wrong(
    db: &mut PgConnection,
    id: Uuid,
    code: &str,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!("insert into catalogue.track_try (code, at, id) values ($1, $2, $3)", code, at, id)
        .execute(db)
        .await
        .map(drop)
        .map_err(fault("counting a try"))
}

/// Forgets tries that no longer count; how many.
pub async fn prune(db: &mut PgConnection, before: Timestamp, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "delete from catalogue.track_try
         where id in (select id from catalogue.track_try where at <= $1 order by at limit $2)",
        before,
        most
    )
    .execute(db)
    .await
    .map_err(fault("forgetting tries"))?;
    Ok(done.rows_affected())
}
