//! What must be true for a round to count, judged outside of the time that is measured.
//!
//! The server keeps what it acknowledges, as much was paid in as out, each batch names the one before, and nobody was answered
//! before the disk. That each leg, root and signature is right is replayed once, at the end: it takes as long as the ledger is.

use std::path::Path;

use city_boot::BootError;
use city_payments::check::{Checked, check};
use city_payments::{Durability, could_lose, head_key};
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, Row as _};

use super::ground::{connect, refused};

/// Whose rows are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Books {
    /// The ledger's.
    Ledger,
    /// Those of the baselines.
    Naive,
}

impl Books {
    const fn schema(self) -> &'static str {
        match self {
            Self::Ledger => "payments",
            Self::Naive => "naive",
        }
    }

    /// As much was paid in as out, and as much is reserved on either side.
    ///
    /// # Errors
    /// When it is not, or the database is away.
    pub async fn agree(self, db: &mut PgConnection) -> Result<(), BootError> {
        let schema = self.schema();
        let sums = format!(
            "select coalesce(sum(credits_posted - debits_posted), 0)::text,
                    coalesce(sum(credits_pending - debits_pending), 0)::text
             from {schema}.ledger_account"
        );
        let row = db.fetch_one(AssertSqlSafe(sums)).await.map_err(refused("adding up balances"))?;
        let (paid, reserved): (String, String) = (row.get(0), row.get(1));
        if (paid.as_str(), reserved.as_str()) == ("0", "0") {
            return Ok(());
        }
        Err(BootError::Config(format!(
            "the balances of {schema} do not agree: {paid} dong too many were paid in, {reserved} too many are to be"
        )))
    }
}

/// Connects with what `pgbench` is told, and so with the settings that it meets, which a server may have for a database, a role or
/// altogether. Whoever could lose what it acknowledges is refused: how fast it is says nothing.
///
/// # Errors
/// The first such setting, or that the database is away.
pub async fn connect_safely(url: &SecretString) -> Result<PgConnection, BootError> {
    let mut db = connect(url).await?;
    let unsafe_setting = could_lose(&mut db, Durability::Local).await;
    if let Some(reason) = unsafe_setting.map_err(refused("asking how safe the server is"))? {
        return Err(BootError::Config(reason));
    }
    let bound = db.execute("set statement_timeout = '1min'").await;
    bound.map_err(refused("bounding what is judged"))?;
    Ok(db)
}

/// The number of the last batch.
///
/// # Errors
/// When the database is away.
pub async fn last_batch(db: &mut PgConnection) -> Result<i64, BootError> {
    let row = db.fetch_one("select last_batch from payments.ledger_writer").await;
    Ok(row.map_err(refused("asking for the last batch"))?.get(0))
}

/// Each batch after one is there and names the hash of the one before; the last is the one that the writer names. The number of
/// that one.
///
/// # Errors
/// The first batch that is wrong, or that the database is away.
pub async fn chained(db: &mut PgConnection, after: i64) -> Result<i64, BootError> {
    let chain = format!(
        "select w.last_batch,
                (select min(wanted.n) from generate_series({after} + 1, w.last_batch) as wanted (n)
                 left join payments.ledger_batch here on here.n = wanted.n
                 left join payments.ledger_batch earlier on earlier.n = wanted.n - 1
                 where here.n is null
                    or here.prev <> coalesce(earlier.hash, decode(repeat('00', 32), 'hex'))
                    or (here.n = w.last_batch and here.hash <> w.last_hash))
         from payments.ledger_writer w"
    );
    let row = db.fetch_one(AssertSqlSafe(chain)).await.map_err(refused("following the batches"))?;
    match row.get::<Option<i64>, _>(1) {
        None => Ok(row.get(0)),
        Some(wrong) => Err(BootError::Config(format!("the chain of batches breaks at {wrong}"))),
    }
}

/// Replays the ledger: each leg, balance, root and signature.
pub(super) async fn replayed(url: &SecretString, key: &Path) -> Result<Checked, BootError> {
    let (mut db, keys) = (connect(url).await?, head_key(key)?.published());
    let checked = check(&mut db, &keys, 1, |_, _| {}).await;
    checked.map_err(|error| BootError::failed("checking the ledger", error))
}

/// Whether the disk was asked as often as so many commits of so many writers need. A writer goes on only when its commit is on
/// the disk, so `writers` commits share a sync at most, and those of the ledger, which writes alone, none.
///
/// One commit may be between its sync and being seen when counting begins. And a process that vacuums, or writes pages back, syncs
/// for whoever waits just then, and tells so when it is done, which may be later: rarer than once in a hundred.
pub(super) const fn synced_enough(syncs: i64, commits: i64, writers: i64) -> bool {
    let owed = commits / if writers > 1 { writers } else { 1 };
    syncs >= owed - owed / 100 - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ledger_owes_a_sync_for_each_batch_but_the_one_at_the_edge() {
        assert!(synced_enough(90, 90, 1) && synced_enough(89, 90, 1));
        assert!(!synced_enough(88, 90, 1));
        assert!(synced_enough(9_899, 10_000, 1) && !synced_enough(9_898, 10_000, 1));
        assert!(synced_enough(0, 0, 1) && !synced_enough(0, 20, 1));
    }

    #[test]
    fn those_who_commit_side_by_side_share_a_sync() {
        assert!(synced_enough(24, 200, 8) && !synced_enough(23, 200, 8));
    }
}
