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
}

/// A page of what moved: debits and credits each by their own index, so that a far page costs what the first costs.
pub async fn page(db: &mut PgConnection, wanted: Wanted) -> Result<Vec<Line>, Error> {
    let rows = sqlx::query!(
        r#"
        select l.seq as "seq!", l.posting as "posting!: PostingId", l.leg as "leg!", l.purpose as "purpose!",
               l.amount as "amount!", l.after as "after!", l.at as "at!",
               a.ext, a.class, a.owner as "owner: city_ids::AccountId",
               (select min(b.name) from payments.biller_head h join payments.biller b on b.id = h.biller
                where h.account = a.id) as biller
        from (
            (select seq, posting, leg, purpose, -amount as amount, dr_after as after, at, cr as other
             from payments.ledger_transfer
             where dr = $1 and seq < $2 and kind in (1, 3) and at >= $3 and at < $4
             order by seq desc limit $5)
            union all
            (select seq, posting, leg, purpose, amount, cr_after, at, dr
             from payments.ledger_transfer
             where cr = $1 and seq < $2 and kind in (1, 3) and at >= $3 and at < $4
             order by seq desc limit $5)
        ) l
        join payments.ledger_account a on a.id = l.other
        order by l.seq desc
        limit $5"#,
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
