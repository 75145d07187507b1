//! What merchants are told.

use city_clock::Timestamp;
use city_ids::{EventId, MerchantId, MerchantOrderId, PostingId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, fault};

/// Whom a payment is told to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub merchant: MerchantId,
    pub order: Option<MerchantOrderId>,
    pub order_ref: Option<String>,
}

/// The merchant that a payment goes to, and the order it is about; none for anybody else's.
pub async fn subject(db: &mut PgConnection, payment: PostingId) -> Result<Option<Subject>, Error> {
    let row = sqlx::query_as!(
        Subject,
        r#"
        select m.id as "merchant: MerchantId", o.id as "order?: MerchantOrderId", o.order_ref as "order_ref?"
        from payments.ledger_transfer t
        join payments.merchant m on m.account = t.cr
        left join payments.merchant_order o on o.id = t.ref
        where t.posting = $1 and t.leg = 0"#,
        payment.as_uuid()
    );
    row.fetch_optional(db).await.map_err(fault("finding whom an event is for"))
}

/// The next number of a merchant's events. Until the transaction ends, nobody else gets the one after it: whoever reads on
/// from a number therefore misses none.
pub async fn next_seq(db: &mut PgConnection, merchant: MerchantId) -> Result<i64, Error> {
    let last = sqlx::query_scalar!(
        "insert into payments.merchant_event_head (merchant, last) values ($1, 1)
         on conflict on constraint merchant_event_head_pkey
         do update set last = payments.merchant_event_head.last + 1
         returning last",
        merchant.as_uuid()
    );
    last.fetch_one(db).await.map_err(fault("numbering an event"))
}

/// An event as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantEvent {
    pub seq: i64,
    pub id: EventId,
    pub kind: String,
    pub body: String,
    pub at: Timestamp,
}

/// Writes an event, with a delivery to each endpoint that is enabled.
pub async fn insert(
    db: &mut PgConnection,
    merchant: MerchantId,
    event: &MerchantEvent,
    now: Timestamp,
) -> Result<(), Error> {
    let inserted = sqlx::query!(
        "insert into payments.merchant_event (merchant, seq, id, type, body, at) values ($1, $2, $3, $4, $5, $6)",
        merchant.as_uuid(),
        event.seq,
        event.id.as_uuid(),
        event.kind,
        event.body,
        event.at
    );
    inserted.execute(&mut *db).await.map_err(fault("writing an event"))?;
    let deliveries = sqlx::query!(
        "insert into payments.webhook_delivery (endpoint, merchant, seq, state, attempts, since, next_at)
         select id, merchant, $2, 'WAITING', 0, $3, $3
         from payments.webhook_endpoint where merchant = $1 and disabled_at is null",
        merchant.as_uuid(),
        event.seq,
        now
    );
    deliveries.execute(db).await.map(drop).map_err(fault("writing deliveries"))
}

/// A page of a merchant's events, from just after a number.
pub async fn list(
    db: &mut PgConnection,
    merchant: MerchantId,
    after: i64,
    limit: i64,
) -> Result<Vec<MerchantEvent>, Error> {
    let rows = sqlx::query_as!(
        MerchantEvent,
        r#"select seq, id as "id: EventId", type as kind, body, at
           from payments.merchant_event where merchant = $1 and seq > $2 order by seq limit $3"#,
        merchant.as_uuid(),
        after,
        limit
    );
    rows.fetch_all(db).await.map_err(fault("reading events"))
}

/// Up to which number a merchant's events are no longer read; 0 for a merchant of whom none is forgotten.
pub async fn forgotten(db: &mut PgConnection, merchant: MerchantId) -> Result<i64, Error> {
    let forgotten = sqlx::query_scalar!(
        "select forgotten from payments.merchant_event_head where merchant = $1",
        merchant.as_uuid()
    );
    let forgotten = forgotten.fetch_optional(db).await;
    Ok(forgotten.map_err(fault("reading which events are kept"))?.unwrap_or(0))
}

/// Events, as merchant and number.
#[derive(Debug, Clone, Default)]
pub struct Places {
    merchants: Vec<Uuid>,
    seqs: Vec<i64>,
}

/// The oldest events from before an instant that wait for no endpoint; nobody has them sent again meanwhile.
pub async fn lock_old(
    db: &mut PgConnection,
    before: Timestamp,
    limit: i64,
) -> Result<Places, Error> {
    let rows = sqlx::query!(
        "select e.merchant, e.seq from payments.merchant_event e
         where e.at < $1
           and not exists (select from payments.webhook_delivery d
                           where d.merchant = e.merchant and d.seq = e.seq and d.state = 'WAITING')
         order by e.at
         limit $2
         for update skip locked",
        before,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("looking for old events"))?;
    let (merchants, seqs) = rows.into_iter().map(|row| (row.merchant, row.seq)).unzip();
    Ok(Places { merchants, seqs })
}

/// Forgets locked events with their deliveries, except those that somebody had sent again just before they were locked. How
/// many.
pub async fn forget(db: &mut PgConnection, old: &Places) -> Result<u64, Error> {
    let deliveries = sqlx::query!(
        "delete from payments.webhook_delivery d
         using unnest($1::uuid[], $2::bigint[]) as old(merchant, seq)
         where d.merchant = old.merchant and d.seq = old.seq
           and not exists (select from payments.webhook_delivery w
                           where w.merchant = old.merchant and w.seq = old.seq and w.state = 'WAITING')",
        &old.merchants,
        &old.seqs
    );
    deliveries.execute(&mut *db).await.map_err(fault("forgetting deliveries"))?;
    let events = sqlx::query!(
        r#"with gone as (
             delete from payments.merchant_event e
             using unnest($1::uuid[], $2::bigint[]) as old(merchant, seq)
             where e.merchant = old.merchant and e.seq = old.seq
               and not exists (select from payments.webhook_delivery d where d.merchant = e.merchant and d.seq = e.seq)
             returning e.merchant, e.seq
         ), noted as (
             update payments.merchant_event_head h
             set forgotten = greatest(h.forgotten, last.seq)
             from (select merchant, max(seq) as seq from gone group by merchant) last
             where h.merchant = last.merchant
         )
         select count(*) as "count!" from gone"#,
        &old.merchants,
        &old.seqs
    );
    let events = events.fetch_one(db).await.map_err(fault("forgetting events"))?;
    Ok(events.count.unsigned_abs())
}
