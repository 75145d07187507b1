//! Refunds at providers: which order one is of, and when its provider is asked.

use city_clock::Timestamp;
use city_ids::{ProviderOrderId, RefundId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, fault};

/// The order whose money a posting moved when it arrived, or credited when it had waited aside; with the provider's number of
/// the payment.
pub async fn find_moved_by(
    db: &mut PgConnection,
    posting: Uuid,
) -> Result<Option<(ProviderOrderId, String)>, Error> {
    let found = sqlx::query!(
        r#"
        select o.id as "id: ProviderOrderId", p.txn_no
        from payments.ledger_transfer t
        join payments.provider_order o on o.id = t.ref or o.bill_revision = t.ref
        join payments.provider_txn p on p.provider_order = o.id and p.provider = o.provider
        where t.posting = $1 and t.leg = 0
          and exists (select from payments.ledger_claim c
                      where c.subject in (o.money, o.subject) and c.posting = t.posting)"#,
        posting
    );
    let found = found.fetch_optional(db).await.map_err(fault("finding the order of a refund"))?;
    Ok(found.map(|row| (row.id, row.txn_no)))
}

/// A refund that its provider is to be asked for or about, put off to `put_off`: no other instance takes it meanwhile. With
/// when it was taken first.
pub async fn take_refund(
    db: &mut PgConnection,
    now: Timestamp,
    put_off: Timestamp,
) -> Result<Option<(RefundId, Timestamp)>, Error> {
    let taken = sqlx::query!(
        r#"
        with due as (
            select r.id from payments.refund r
            left join payments.provider_refund p on p.refund = r.id
            where r.target = 'PROVIDER' and r.answered_at is not null and (p.refund is null or p.ask_at <= $1)
            order by r.requested_at
            limit 1
        )
        insert into payments.provider_refund (refund, since, ask_at)
        select id, $1, $2 from due
        on conflict on constraint provider_refund_pkey
        do update set ask_at = excluded.ask_at where provider_refund.ask_at <= $1
        returning refund as "refund: RefundId", since"#,
        now,
        put_off
    );
    let taken = taken.fetch_optional(db).await.map_err(fault("taking a refund"))?;
    Ok(taken.map(|row| (row.refund, row.since)))
}

/// When the provider is asked about a refund next; none for never again.
pub async fn plan_refund(
    db: &mut PgConnection,
    refund: RefundId,
    at: Option<Timestamp>,
) -> Result<(), Error> {
    let planned = sqlx::query!(
        "update payments.provider_refund set ask_at = $2 where refund = $1",
        refund.as_uuid(),
        at
    );
    planned.execute(db).await.map(drop).map_err(fault("planning a question about a refund"))
}

/// Keeps that the request is sent now, again or for the first time.
pub async fn set_sent_at(
    db: &mut PgConnection,
    refund: RefundId,
    sent: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let kept = sqlx::query!(
        "update payments.refund set sent = $2, sent_at = $3 where id = $1",
        refund.as_uuid(),
        sent,
        at
    );
    kept.execute(db).await.map(drop).map_err(fault("keeping that a request is sent"))
}

/// When the request was sent last.
pub async fn sent_at(db: &mut PgConnection, refund: RefundId) -> Result<Option<Timestamp>, Error> {
    let at =
        sqlx::query_scalar!("select sent_at from payments.refund where id = $1", refund.as_uuid());
    let at = at.fetch_optional(db).await.map_err(fault("reading when a request was sent"))?;
    Ok(at.flatten())
}

/// Keeps what became of the request.
pub async fn set_sent(db: &mut PgConnection, refund: RefundId, sent: &str) -> Result<(), Error> {
    let kept =
        sqlx::query!("update payments.refund set sent = $2 where id = $1", refund.as_uuid(), sent);
    kept.execute(db).await.map(drop).map_err(fault("keeping what became of a request"))
}
