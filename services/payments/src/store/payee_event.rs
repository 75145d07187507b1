//! What merchants and billers are told: in `merchant_event`, which was made when only merchants were.

use city_clock::Timestamp;
use city_ids::{BillId, BillerId, EventId, MerchantId, MerchantOrderId, PostingId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::bill::outcome;
use crate::domain::owner::Owner;
use crate::error::{Error, fault};

/// Whom something is told to, and about what of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub owner: Owner,
    /// A merchant's order, and what the merchant calls it.
    pub order: Option<(MerchantOrderId, String)>,
    /// A biller's bill, and its number.
    pub bill: Option<(BillId, String)>,
    /// What paid that bill.
    pub payment: Option<PostingId>,
}

impl Subject {
    /// Nothing but whom.
    pub const fn alone(owner: Owner) -> Self {
        Self { owner, order: None, bill: None, payment: None }
    }
}

/// Whom a payment goes to: the merchant, with the order it is about, or the biller of the bill that it pays; none for anybody
/// else's.
pub async fn of_payment(
    db: &mut PgConnection,
    payment: PostingId,
) -> Result<Option<Subject>, Error> {
    let row = sqlx::query!(
        r#"
        select m.id as "merchant?: MerchantId", o.id as "order?: MerchantOrderId", o.order_ref as "order_ref?",
               b.biller as "biller?: BillerId", b.id as "bill?: BillId", b.number as "bill_no?"
        from payments.ledger_transfer t
        left join payments.merchant m on m.account = t.cr
        left join payments.merchant_order o on o.id = t.ref
        left join payments.bill_revision r on r.id = t.ref
        left join payments.bill b on b.id = r.bill
        where t.posting = $1 and t.leg = 0"#,
        payment.as_uuid()
    );
    let row = row.fetch_optional(db).await.map_err(fault("finding whom an event is for"))?;
    Ok(row.and_then(|row| {
        let owner = Owner::of(row.merchant, row.biller)?;
        let (order, bill) = (row.order.zip(row.order_ref), row.bill.zip(row.bill_no));
        Some(Subject { owner, order, bill, payment: None })
    }))
}

/// The biller of a bill, and what paid it.
pub async fn of_bill(db: &mut PgConnection, bill: BillId) -> Result<Option<Subject>, Error> {
    let row = sqlx::query!(
        r#"
        select b.biller as "biller: BillerId", b.number,
               (select c.posting from payments.bill_revision r
                join payments.ledger_claim c on c.subject = r.id and c.outcome = $2
                where r.bill = b.id) as "payment: PostingId"
        from payments.bill b
        where b.id = $1"#,
        bill.as_uuid(),
        outcome::PAID
    );
    let row = row.fetch_optional(db).await.map_err(fault("finding whose bill it is"))?;
    Ok(row.map(|row| {
        let (owner, bill) = (Owner::Biller(row.biller), Some((bill, row.number)));
        Subject { owner, order: None, bill, payment: row.payment }
    }))
}

/// Whose account it is, by its public id: a merchant's, or one of those that a biller's heads have.
pub async fn of_account(db: &mut PgConnection, ext: Uuid) -> Result<Option<Subject>, Error> {
    let row = sqlx::query!(
        r#"
        select m.id as "merchant?: MerchantId",
               (select h.biller from payments.biller_head h where h.account = a.id limit 1) as "biller: BillerId"
        from payments.ledger_account a
        left join payments.merchant m on m.account = a.id
        where a.ext = $1"#,
        ext
    );
    let row = row.fetch_optional(db).await.map_err(fault("finding whose account it is"))?;
    Ok(row.and_then(|row| Owner::of(row.merchant, row.biller)).map(Subject::alone))
}

/// The next number of somebody's events. Until the transaction ends, nobody else gets the one after it: whoever reads on
/// from a number therefore misses none.
pub async fn next_seq(db: &mut PgConnection, owner: Owner) -> Result<i64, Error> {
    let (merchant, biller) = owner.split();
    let last = sqlx::query_scalar!(
        "insert into payments.merchant_event_head (merchant, biller, last) values ($1, $2, 1)
         on conflict on constraint merchant_event_head_pkey
         do update set last = payments.merchant_event_head.last + 1
         returning last",
        merchant,
        biller
    );
    last.fetch_one(db).await.map_err(fault("numbering an event"))
}

/// An event as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayeeEvent {
    pub seq: i64,
    pub id: EventId,
    pub kind: String,
    pub body: String,
    pub at: Timestamp,
}

/// Writes an event, with a delivery to each endpoint that is enabled.
pub async fn insert(
    db: &mut PgConnection,
    owner: Owner,
    event: &PayeeEvent,
    now: Timestamp,
) -> Result<(), Error> {
    let (merchant, biller) = owner.split();
    let inserted = sqlx::query!(
        "insert into payments.merchant_event (merchant, biller, seq, id, type, body, at) values ($1, $2, $3, $4, $5, $6, $7)",
        merchant,
        biller,
        event.seq,
        event.id.as_uuid(),
        event.kind,
        event.body,
        event.at
    );
    inserted.execute(&mut *db).await.map_err(fault("writing an event"))?;
    let deliveries = sqlx::query!(
        "insert into payments.webhook_delivery (endpoint, merchant, biller, seq, state, attempts, since, next_at)
         select id, merchant, biller, $2, 'WAITING', 0, $3, $3
         from payments.webhook_endpoint where owner = $1 and disabled_at is null",
        owner.as_uuid(),
        event.seq,
        now
    );
    deliveries.execute(db).await.map(drop).map_err(fault("writing deliveries"))
}

/// A page of somebody's events, from just after a number.
pub async fn list(
    db: &mut PgConnection,
    owner: Owner,
    after: i64,
    limit: i64,
) -> Result<Vec<PayeeEvent>, Error> {
    let rows = sqlx::query_as!(
        PayeeEvent,
        r#"select seq, id as "id: EventId", type as kind, body, at
           from payments.merchant_event where owner = $1 and seq > $2 order by seq limit $3"#,
        owner.as_uuid(),
        after,
        limit
    );
    rows.fetch_all(db).await.map_err(fault("reading events"))
}

/// Up to which number somebody's events are no longer read; 0 while none of theirs is forgotten.
pub async fn forgotten(db: &mut PgConnection, owner: Owner) -> Result<i64, Error> {
    let forgotten = sqlx::query_scalar!(
        "select forgotten from payments.merchant_event_head where owner = $1",
        owner.as_uuid()
    );
    let forgotten = forgotten.fetch_optional(db).await;
    Ok(forgotten.map_err(fault("reading which events are kept"))?.unwrap_or(0))
}

/// Events, as owner and number.
#[derive(Debug, Clone, Default)]
pub struct Places {
    owners: Vec<Uuid>,
    seqs: Vec<i64>,
}

/// The oldest events from before an instant that wait for no endpoint; nobody has them sent again meanwhile.
pub async fn lock_old(
    db: &mut PgConnection,
    before: Timestamp,
    limit: i64,
) -> Result<Places, Error> {
    let rows = sqlx::query!(
        "select e.owner, e.seq from payments.merchant_event e
         where e.at < $1
           and not exists (select from payments.webhook_delivery d
                           where d.owner = e.owner and d.seq = e.seq and d.state = 'WAITING')
         order by e.at
         limit $2
         for update skip locked",
        before,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("looking for old events"))?;
    let (owners, seqs) = rows.into_iter().map(|row| (row.owner, row.seq)).unzip();
    Ok(Places { owners, seqs })
}

/// Forgets locked events with their deliveries, except those that somebody had sent again just before they were locked. How
/// many.
pub async fn forget(db: &mut PgConnection, old: &Places) -> Result<u64, Error> {
    let deliveries = sqlx::query!(
        "delete from payments.webhook_delivery d
         using unnest($1::uuid[], $2::bigint[]) as old(owner, seq)
         where d.owner = old.owner and d.seq = old.seq
           and not exists (select from payments.webhook_delivery w
                           where w.owner = old.owner and w.seq = old.seq and w.state = 'WAITING')",
        &old.owners,
        &old.seqs
    );
    deliveries.execute(&mut *db).await.map_err(fault("forgetting deliveries"))?;
    let events = sqlx::query!(
        r#"with gone as (
             delete from payments.merchant_event e
             using unnest($1::uuid[], $2::bigint[]) as old(owner, seq)
             where e.owner = old.owner and e.seq = old.seq
               and not exists (select from payments.webhook_delivery d where d.owner = e.owner and d.seq = e.seq)
             returning e.owner, e.seq
         ), noted as (
             update payments.merchant_event_head h
             set forgotten = greatest(h.forgotten, last.seq)
             from (select owner, max(seq) as seq from gone group by owner) last
             where h.owner = last.owner
         )
         select count(*) as "count!" from gone"#,
        &old.owners,
        &old.seqs
    );
    let events = events.fetch_one(db).await.map_err(fault("forgetting events"))?;
    Ok(events.count.unsigned_abs())
}
