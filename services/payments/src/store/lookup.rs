//! How often residents looked up payees.

use city_clock::Timestamp;
use city_ids::AccountId;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Counts one lookup in a window that ends at `until`; false when the window is used up.
pub async fn take(
    db: &mut PgConnection,
    account: AccountId,
    win: &str,
    most: i32,
    until: Timestamp,
) -> Result<bool, Error> {
    let taken = sqlx::query!(
        "insert into payments.payee_lookup as lookup (account, win, used, until) values ($1, $2, 1, $4)
         on conflict on constraint payee_lookup_pkey do update set used = lookup.used + 1 where lookup.used < $3",
        account.as_uuid(),
        win,
        most,
        until
    );
    let taken = taken.execute(db).await.map_err(fault("counting a lookup"))?;
    Ok(taken.rows_affected() == 1)
}

/// Forgets windows that are over, a bounded number of them.
pub async fn forget(db: &mut PgConnection, now: Timestamp) -> Result<u64, Error> {
    let forgotten = sqlx::query!(
        "delete from payments.payee_lookup
         where ctid = any(array(select ctid from payments.payee_lookup where until <= $1 limit 1000))",
        now
    );
    let forgotten = forgotten.execute(db).await.map_err(fault("forgetting lookups"))?;
    Ok(forgotten.rows_affected())
}
