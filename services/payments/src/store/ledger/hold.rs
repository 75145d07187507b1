//! Holds whose time is over.

use city_clock::Timestamp;
use city_ids::AccountId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, fault};

/// An open hold whose time is over.
#[derive(Debug, Clone)]
pub struct DueHold {
    /// The posting that made it.
    pub posting: Uuid,
    /// What it reserves.
    pub amount: i64,
    /// Number of its purpose.
    pub purpose: i16,
    /// What it is for.
    pub reference: Option<Uuid>,
    /// Whose money it reserves.
    pub owner: Option<AccountId>,
}

/// The holds that ended first and are still open.
///
/// # Errors
/// When the database is away.
pub async fn due_holds(
    db: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<DueHold>, Error> {
    let due = sqlx::query_as!(
        DueHold,
        r#"
        select h.posting, h.amount, t.purpose, t.ref as reference, a.owner as "owner: AccountId"
        from payments.ledger_hold h
        join payments.ledger_transfer t on t.posting = h.posting and t.leg = 0
        join payments.ledger_account a on a.id = h.dr
        where h.state = 0 and h.expires_at <= $1
        order by h.expires_at
        limit $2"#,
        now,
        limit
    );
    due.fetch_all(db).await.map_err(fault("looking for holds that ended"))
}
