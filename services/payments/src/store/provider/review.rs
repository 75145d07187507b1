//! Payers whom a provider doubts, and what officers decided about them.

use city_clock::Timestamp;
use city_ids::{AccountId, ProviderOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Order, list};
use crate::domain::provider::arrival;
use crate::error::{Error, fault};

/// What an officer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The money goes where it was meant for.
    Credit,
    /// It goes back.
    Refund,
}

impl Decision {
    const fn name(self) -> &'static str {
        match self {
            Self::Credit => "CREDIT",
            Self::Refund => "REFUND",
        }
    }
}

/// Notes what an officer decided; the first of each decision stays.
pub async fn insert_decision(
    db: &mut PgConnection,
    order: ProviderOrderId,
    decision: Decision,
    officer: AccountId,
    reason: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let noted = sqlx::query!(
        "insert into payments.provider_review (provider_order, decision, officer, reason, at) values ($1, $2, $3, $4, $5)
         on conflict on constraint provider_review_pkey do nothing",
        order.as_uuid(),
        decision.name(),
        officer.as_uuid(),
        reason,
        at
    );
    noted.execute(db).await.map(drop).map_err(fault("noting a decision"))
}

/// An order whose payer is doubted, with the provider's number of the payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubted {
    pub order: Order,
    pub txn_no: String,
}

/// Orders that wait for an officer, oldest first, from just after one.
pub async fn list_doubted(
    db: &mut PgConnection,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Doubted>, Error> {
    let (at, id) = after.unzip();
    let rows = sqlx::query!(
        "select o.id, t.txn_no
         from payments.ledger_claim m
         join payments.provider_order o on o.money = m.subject
         join payments.provider_txn t on t.provider_order = o.id
         where m.outcome = $1 and not exists (select from payments.ledger_claim where subject = o.subject)
           and ($2::timestamptz is null or (o.created_at, o.id) > ($2, $3))
         order by o.created_at, o.id
         limit $4",
        arrival::DOUBTED,
        at,
        id,
        limit
    );
    let rows = rows.fetch_all(&mut *db).await.map_err(fault("listing doubted payers"))?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut orders = list(db, &ids).await?;
    let found = rows.into_iter().filter_map(|row| {
        let index = orders.iter().position(|order| order.id.as_uuid() == row.id)?;
        Some(Doubted { order: orders.swap_remove(index), txn_no: row.txn_no })
    });
    Ok(found.collect())
}
