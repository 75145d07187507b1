//! The movements of one account, newest first.

use city_clock::Timestamp;
use city_ids::PostingId;
use sqlx::PgConnection;

use super::payment::Side;
use crate::domain::ledger::{AccountNo, Purpose};
use crate::error::{Error, broken, fault};

/// Which movements are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Of which account.
    pub account: AccountNo,
    /// Before this place in the ledger.
    pub before_seq: i64,
    /// From this instant on.
    pub from: Timestamp,
    /// Before this instant.
    pub until: Timestamp,
    /// At most so many.
    pub limit: i64,
}

/// A movement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub seq: i64,
    pub posting: PostingId,
    pub leg: i16,
    pub purpose: Purpose,
    /// Below zero for what left.
    pub amount: i64,
    pub balance_after: i64,
    pub at: Timestamp,
    /// Who stands on the other side.
    pub other: Side,
    /// The payer's words.
    pub note: Option<String>,
}

/// A page of what moved: debits and credits each by their own index, so that a far page costs what the first costs.
///
/// # Errors
/// Unavailable when the database is away; a row that breaks a rule is a fault that names it.
pub async fn page(db: &mut PgConnection, wanted: Wanted) -> Result<Vec<Line>, Error> {
    let rows = sqlx::query_file!(
        "src/store/statement.sql",
        wanted.account.0,
        wanted.before_seq,
        wanted.from,
        wanted.until,
        wanted.limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading a statement"))?;
    rows.into_iter()
        .map(|row| {
            let purpose = Purpose::of(row.purpose)
                .ok_or_else(|| broken("reading a statement", format!("purpose {}", row.purpose)))?;
            Ok(Line {
                seq: row.seq,
                posting: row.posting,
                leg: row.leg,
                purpose,
                amount: row.amount,
                balance_after: row.after,
                at: row.at,
                note: row.note,
                other: Side {
                    ext: row.ext,
                    class: row.class,
                    owner: row.owner,
                    biller: row.biller,
                },
            })
        })
        .collect()
}
