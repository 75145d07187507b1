//! Orders, with what the ledger and the refunds say about them.

use std::collections::HashMap;

use city_clock::Timestamp;
use city_contracts::payments::{Provider, ProviderPaymentState, RefundState};
use city_ids::{AccountId, BillId, ProviderOrderId, RefundId, WalletId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::parse;
use crate::domain::provider::state::{Facts, Refunds};
use crate::error::{Error, broken, fault};
use crate::store::refund;

/// An order as it now is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: ProviderOrderId,
    /// Subject of the claim that ends it.
    pub subject: Uuid,
    /// Subject of the claim on its money.
    pub money: Uuid,
    pub provider: Provider,
    pub our_ref: String,
    pub owner: AccountId,
    /// To be topped up.
    pub wallet: Option<WalletId>,
    /// To be paid, with the revision the payer saw.
    pub bill: Option<(BillId, Uuid)>,
    pub amount: i64,
    pub req_hash: Vec<u8>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub pay_url: Option<String>,
    /// All that decides its state.
    pub facts: Facts,
    /// The posting with which its money arrived.
    pub arrived_by: Option<Uuid>,
    /// The posting that ended it.
    pub ended_by: Option<Uuid>,
    /// Refunds of its money, each with its state and amount.
    pub refunds: Vec<(RefundId, RefundState, i64)>,
}

/// An order that begins.
#[derive(Debug)]
pub struct NewOrder<'a> {
    pub id: ProviderOrderId,
    pub subject: Uuid,
    pub money: Uuid,
    pub provider: Provider,
    pub our_ref: &'a str,
    pub owner: AccountId,
    pub wallet: Option<WalletId>,
    pub bill: Option<(BillId, Uuid)>,
    pub amount: i64,
    pub req_hash: [u8; 32],
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub pay_url: Option<&'a str>,
    pub next_poll_at: Option<Timestamp>,
}

/// A new order; false when there is one of this id. Its other unique columns follow from the id, and two that race collide
/// in those as well: a conflict of the key alone would let them fail.
pub async fn insert(db: &mut PgConnection, order: &NewOrder<'_>) -> Result<bool, Error> {
    let (bill, revision) = order.bill.map(|(bill, revision)| (bill.as_uuid(), revision)).unzip();
    let inserted = sqlx::query!(
        "insert into payments.provider_order
             (id, money, provider, our_ref, owner, wallet, bill, bill_revision, amount, req_hash, created_at, expires_at,
              pay_url, next_poll_at, subject)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict do nothing",
        order.id.as_uuid(),
        order.money,
        super::name(order.provider),
        order.our_ref,
        order.owner.as_uuid(),
        order.wallet.map(WalletId::as_uuid),
        bill,
        revision,
        order.amount,
        &order.req_hash,
        order.created_at,
        order.expires_at,
        order.pay_url,
        order.next_poll_at,
        order.subject
    );
    let inserted = inserted.execute(db).await.map_err(fault("writing a provider's order"))?;
    Ok(inserted.rows_affected() == 1)
}

/// Several orders, in no order.
pub async fn list(db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Order>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select o.id as "id!: ProviderOrderId", o.subject as "subject!", o.money as "money!", o.provider as "provider!", o.our_ref as "our_ref!",
               o.owner as "owner!: AccountId", o.wallet as "wallet: WalletId", o.bill as "bill: BillId", o.bill_revision,
               o.amount as "amount!", o.req_hash as "req_hash!", o.created_at as "created_at!",
               o.expires_at as "expires_at!", o.pay_url, o.ended,
               c.outcome as "claim?", c.posting as "ended_by?", m.outcome as "arrival?", m.posting as "arrived_by?"
        from payments.provider_order o
        left join payments.ledger_claim c on c.subject = o.subject
        left join payments.ledger_claim m on m.subject = o.money
        where o.id = any($1)"#,
        ids
    );
    let rows = rows.fetch_all(&mut *db).await.map_err(fault("reading providers' orders"))?;
    let mut refunds = refunds(db, &rows).await?;
    rows.into_iter().map(|row| row.restore(&mut refunds)).collect()
}

/// Refunds of the money of orders, by the posting that moved it.
async fn refunds(
    db: &mut PgConnection,
    orders: &[Row],
) -> Result<HashMap<Uuid, Vec<(RefundId, RefundState, i64)>>, Error> {
    let moved: Vec<_> = orders.iter().flat_map(Row::moved).collect();
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    if moved.is_empty() {
        return Ok(found);
    }
    for known in refund::list(db, &[], &moved).await? {
        let of = known.refund.payment.as_uuid();
        found.entry(of).or_default().push((known.refund.id, known.state, known.refund.amount()));
    }
    Ok(found)
}

/// One order.
pub async fn find(db: &mut PgConnection, id: ProviderOrderId) -> Result<Option<Order>, Error> {
    Ok(list(db, &[id.as_uuid()]).await?.pop())
}

/// Waits for whoever else looks at an order, until the transaction ends.
pub async fn lock(db: &mut PgConnection, order: ProviderOrderId) -> Result<(), Error> {
    let locked = sqlx::query_scalar!(
        "select 1 from payments.provider_order where id = $1 for update",
        order.as_uuid()
    );
    locked.fetch_optional(db).await.map(drop).map_err(fault("locking an order"))
}

/// By what an order is known to its provider.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    pub provider: Provider,
    pub our_ref: &'a str,
}

/// The order a provider names.
pub async fn find_by_ref(db: &mut PgConnection, name: Name<'_>) -> Result<Option<Order>, Error> {
    let id = sqlx::query_scalar!(
        r#"select id as "id: ProviderOrderId" from payments.provider_order where our_ref = $1 and provider = $2"#,
        name.our_ref,
        super::name(name.provider)
    );
    match id.fetch_optional(&mut *db).await.map_err(fault("finding a provider's order"))? {
        Some(id) => find(db, id).await,
        None => Ok(None),
    }
}

/// Keeps where the payer pays.
pub async fn set_pay_url(
    db: &mut PgConnection,
    id: ProviderOrderId,
    url: &str,
) -> Result<(), Error> {
    let set = sqlx::query!(
        "update payments.provider_order set pay_url = $2 where id = $1 and pay_url is null",
        id.as_uuid(),
        url
    );
    set.execute(db).await.map(drop).map_err(fault("keeping where a payer pays"))
}

/// Ends an order without money; false when it ended or its money arrived before. Money that arrives at the same time or
/// later counts all the same.
pub async fn end(
    db: &mut PgConnection,
    id: ProviderOrderId,
    how: ProviderPaymentState,
) -> Result<bool, Error> {
    let how = match how {
        ProviderPaymentState::Expired => "EXPIRED",
        _ => "FAILED",
    };
    let ended = sqlx::query!(
        "update payments.provider_order o set ended = $2
         where id = $1 and ended is null
           and not exists (select from payments.ledger_claim where subject = o.money)",
        id.as_uuid(),
        how
    );
    let ended = ended.execute(db).await.map_err(fault("ending a provider's order"))?;
    Ok(ended.rows_affected() == 1)
}

/// Takes one order that its provider is to be asked about, and puts it off a minute; whoever asks sets the next time.
/// Orders whose money arrived are asked about no more, unless a statement alone says that it did.
pub async fn take_due(
    db: &mut PgConnection,
    providers: &[String],
    now: Timestamp,
    put_off: Timestamp,
) -> Result<Option<ProviderOrderId>, Error> {
    let taken = sqlx::query_scalar!(
        r#"
        update payments.provider_order set next_poll_at = $3
        where id = (
            select id from payments.provider_order
            where next_poll_at <= $2 and provider = any($1)
            order by next_poll_at
            limit 1
            for update skip locked)
        returning id as "id: ProviderOrderId""#,
        providers,
        now,
        put_off
    );
    taken.fetch_optional(db).await.map_err(fault("taking a provider's order"))
}

/// When an order's provider is to be asked about it next; none for never again.
pub async fn set_next_poll(
    db: &mut PgConnection,
    id: ProviderOrderId,
    at: Option<Timestamp>,
) -> Result<(), Error> {
    let set = sqlx::query!(
        "update payments.provider_order set next_poll_at = $2 where id = $1",
        id.as_uuid(),
        at
    );
    set.execute(db).await.map(drop).map_err(fault("planning a question"))
}

struct Row {
    id: ProviderOrderId,
    subject: Uuid,
    money: Uuid,
    provider: String,
    our_ref: String,
    owner: AccountId,
    wallet: Option<WalletId>,
    bill: Option<BillId>,
    bill_revision: Option<Uuid>,
    amount: i64,
    req_hash: Vec<u8>,
    created_at: Timestamp,
    expires_at: Timestamp,
    pay_url: Option<String>,
    ended: Option<String>,
    claim: Option<i16>,
    ended_by: Option<Uuid>,
    arrival: Option<i16>,
    arrived_by: Option<Uuid>,
}

impl Row {
    /// The postings that moved its money to where a refund can take it from.
    fn moved(&self) -> impl Iterator<Item = Uuid> + use<> {
        let ended_by = self.ended_by.filter(|by| Some(*by) != self.arrived_by);
        self.arrived_by.into_iter().chain(ended_by)
    }

    /// The table's checks leave no other provider or end.
    fn restore(
        self,
        refunds: &mut HashMap<Uuid, Vec<(RefundId, RefundState, i64)>>,
    ) -> Result<Order, Error> {
        let refunds = self.moved().filter_map(|by| refunds.remove(&by)).flatten();
        let refunds: Vec<_> = refunds.collect();
        let unknown = || broken("reading providers' orders", self.id.to_string());
        let ended = match self.ended.as_deref() {
            Some("EXPIRED") => Some(ProviderPaymentState::Expired),
            Some(_) => Some(ProviderPaymentState::Failed),
            None => None,
        };
        Ok(Order {
            id: self.id,
            subject: self.subject,
            money: self.money,
            provider: parse(&self.provider).ok_or_else(unknown)?,
            our_ref: self.our_ref,
            owner: self.owner,
            wallet: self.wallet,
            bill: self.bill.zip(self.bill_revision),
            amount: self.amount,
            req_hash: self.req_hash,
            created_at: self.created_at,
            expires_at: self.expires_at,
            pay_url: self.pay_url,
            facts: Facts {
                amount: self.amount,
                claim: self.claim,
                arrival: self.arrival,
                refunds: Refunds::of(refunds.iter().map(|(_, state, amount)| (*state, *amount))),
                ended,
            },
            arrived_by: self.arrived_by,
            ended_by: self.ended_by,
            refunds,
        })
    }
}
