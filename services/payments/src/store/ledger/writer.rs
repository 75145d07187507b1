//! Who may write the ledger.

use chrono::Duration;
use city_clock::{Timestamp, hue_day};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ledger::Head;

/// The advisory lock of the leader: "pay ledger" in no alphabet, only unique in the database.
const LEADER_LOCK: i64 = 7_214_590_032;

/// The month of the oldest id that may come, the present one, three ahead.
const MONTHS: i32 = 5;

/// The row of the writer, with what the last batch adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// The number of the present leadership.
    pub epoch: i64,
    /// Where its instance is reached.
    pub leader_url: Option<String>,
    /// Where the books are closed.
    pub head: Head,
}

struct WriterRow {
    epoch: i64,
    leader_url: Option<String>,
    last_batch: i64,
    last_seq: i64,
    last_hash: Vec<u8>,
    at: Option<Timestamp>,
    rules: Option<i64>,
}

impl WriterRow {
    fn into_writer(self) -> Result<Writer, sqlx::Error> {
        let hash = <[u8; 32]>::try_from(self.last_hash);
        let head = Head {
            batch: self.last_batch,
            seq: self.last_seq,
            hash: hash.map_err(|_| sqlx::Error::Decode("last_hash is not 32 bytes".into()))?,
            at: self.at.unwrap_or(Timestamp::UNIX_EPOCH),
            rules: self.rules.unwrap_or(0),
        };
        Ok(Writer { epoch: self.epoch, leader_url: self.leader_url, head })
    }
}

/// Tries to become the one that may lead; the lock lasts as long as the connection.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn try_lock(db: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "locked!""#, LEADER_LOCK)
        .fetch_one(db)
        .await
}

/// Begins a leadership: afterwards a batch of an earlier one is visible or can never be.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn take_over(
    db: &mut PgConnection,
    leader_url: Option<&str>,
    now: Timestamp,
) -> Result<Writer, sqlx::Error> {
    // Two statements: the second must see the batch that the first may have waited for.
    sqlx::query!(
        "update payments.ledger_writer set epoch = epoch + 1, leader_url = $1, since = $2",
        leader_url,
        now
    )
    .execute(&mut *db)
    .await?;
    writer(db).await
}

/// Reads who writes, and up to where.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn writer(db: &mut PgConnection) -> Result<Writer, sqlx::Error> {
    let row = sqlx::query_as!(
        WriterRow,
        r#"
        select w.epoch, w.leader_url, w.last_batch, w.last_seq, w.last_hash, b.at as "at?", b.rules as "rules?"
        from payments.ledger_writer w
        left join payments.ledger_batch b on b.n = w.last_batch"#,
    );
    row.fetch_one(db).await?.into_writer()
}

/// The number of the present leadership.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn epoch(db: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("select epoch from payments.ledger_writer").fetch_one(db).await
}

/// The greatest id of a posting that was ever answered; of no posting the least there is.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn newest_posting(db: &mut PgConnection) -> Result<Uuid, sqlx::Error> {
    let newest = sqlx::query_scalar!(
        r#"
        select greatest((select posting from payments.ledger_transfer order by posting desc limit 1),
                        (select posting from payments.ledger_rejection order by posting desc limit 1)) as "newest?""#,
    );
    Ok(newest.fetch_one(db).await?.unwrap_or_default())
}

/// The server's process behind a connection.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn backend(db: &mut PgConnection) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(r#"select pg_backend_pid() as "pid!""#).fetch_one(db).await
}

/// Ends the connection that holds the leader's lock, whoever's it is or only if it is `backend`'s; whether there was one.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn end_leader(db: &mut PgConnection, backend: Option<i32>) -> Result<bool, sqlx::Error> {
    let ended = sqlx::query_scalar!(
        r#"
        select pg_terminate_backend(pid) as "ended!"
        from pg_locks
        where locktype = 'advisory' and granted and objsubid = 1
          and database = (select oid from pg_database where datname = current_database())
          and (classid::bigint << 32) | objid::bigint = $1
          and pid <> pg_backend_pid()
          and pid = coalesce($2, pid)"#,
        LEADER_LOCK,
        backend
    );
    Ok(ended.fetch_all(db).await?.contains(&true))
}

/// Makes the partitions of the legs that may come in the next three months, where they are missing; how many are new.
///
/// # Errors
/// Whatever PostgreSQL refuses, such as rows of such a month in the default partition.
pub async fn make_partitions(db: &mut PgConnection, now: Timestamp) -> Result<i32, sqlx::Error> {
    // Ids from outside may be a day old, and the months of ids are UTC's.
    let from = hue_day(now - Duration::days(2));
    sqlx::query_scalar!(
        r#"select payments.make_transfer_partitions($1, $2) as "made!""#,
        from,
        MONTHS
    )
    .fetch_one(db)
    .await
}

/// Whether a leg lies outside the partitions of all months.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn strays(db: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from payments.ledger_transfer_default) as "strays!""#
    )
    .fetch_one(db)
    .await
}
