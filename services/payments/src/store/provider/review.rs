//! Payments whose money waits aside, and what officers decided about them.

use city_clock::Timestamp;
use city_ids::{AccountId, ProviderOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Order, list};
use crate::domain::chart;
use crate::domain::provider::outcome;
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

/// An order whose money is aside, with the provider's number of the payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    pub order: Order,
    pub txn_no: Option<String>,
}

/// Orders whose money is aside and not all back, oldest first, from just after one: all that wait for an officer, and those whose
/// refund is on its way.
pub async fn list_aside(
    db: &mut PgConnection,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Aside>, Error> {
    let (at, id) = after.unzip();
    // By the account of money without an owner: what was ever put aside is little among all orders.
    let rows = sqlx::query!(
        r#"
        with aside as (
            select id from payments.ledger_account where ext = $1
        ), back as (
            select t.ref as arrived, sum(t.amount) as amount
            from payments.ledger_transfer t
            join aside on t.dr = aside.id
            where t.kind = 3
            group by t.ref
        )
        select o.id as "id!", p.txn_no as "txn_no?"
        from payments.ledger_transfer t
        join aside on t.cr = aside.id
        join payments.provider_order o on o.id = t.ref
        join payments.ledger_claim m on m.subject = o.money and m.posting = t.posting
        left join back on back.arrived = t.posting
        left join payments.provider_txn p on p.provider_order = o.id and p.provider = o.provider
        where t.kind = 1 and t.leg = 0 and coalesce(back.amount, 0) < o.amount
          and not exists (select from payments.ledger_claim c where c.subject = o.subject and c.outcome = $2)
          and ($3::timestamptz is null or (o.created_at, o.id) > ($3, $4))
        order by o.created_at, o.id
        limit $5"#,
        chart::SUSPENSE,
        outcome::CREDITED,
        at,
        id,
        limit
    );
    let rows = rows.fetch_all(&mut *db).await.map_err(fault("listing money that waits"))?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut orders = list(db, &ids).await?;
    let found = rows.into_iter().filter_map(|row| {
        let index = orders.iter().position(|order| order.id.as_uuid() == row.id)?;
        Some(Aside { order: orders.swap_remove(index), txn_no: row.txn_no })
    });
    Ok(found.collect())
}
