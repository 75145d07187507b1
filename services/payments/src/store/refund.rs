//! Refunds. Where one is, is read from what the ledger answered the ids that follow from it.

use std::collections::HashMap;

use city_clock::Timestamp;
use city_contracts::payments::RefundState;
use city_ids::{AccountId, PostingId, RefundId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::approval::Decision;
use crate::domain::ledger::{AccountNo, HoldState, Purpose};
use crate::domain::refund::{Answer, Moved, Part, Refund, Requester, Sent, Target, state};
use crate::error::{Error, broken, fault};

/// A refund with where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What is kept.
    pub refund: Refund,
    /// Where it is.
    pub state: RefundState,
    /// Number of the code with which the ledger refused it.
    pub refused: Option<i16>,
    /// The provider's own number.
    pub provider_refund_no: Option<String>,
}

/// A new refund; false when there is one of this id.
pub async fn insert(db: &mut PgConnection, refund: &Refund) -> Result<bool, Error> {
    let (legs, amounts): (Vec<_>, Vec<_>) =
        refund.parts.iter().map(|part| (part.leg, part.amount)).unzip();
    let inserted = sqlx::query!(
        "insert into payments.refund
             (id, posting, moved, legs, amounts, target, requester, requested_by, requested_at, reason, approval)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict on constraint refund_pkey do nothing",
        refund.id.as_uuid(),
        refund.payment.as_uuid(),
        refund.moved,
        &legs,
        &amounts,
        refund.target.name(),
        refund.requester.name(),
        refund.requester.id(),
        refund.requested_at,
        refund.reason,
        refund.approval
    );
    let inserted = inserted.execute(db).await.map_err(fault("writing a refund"))?;
    Ok(inserted.rows_affected() == 1)
}

/// Several refunds by their ids, or all of some payments, oldest first.
pub async fn list(
    db: &mut PgConnection,
    ids: &[Uuid],
    payments: &[Uuid],
) -> Result<Vec<Known>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select r.id as "id: RefundId", r.posting as "payment: PostingId", r.moved, r.legs, r.amounts, r.target, r.requester,
               r.requested_by, r.requested_at, r.reason, r.approval, r.sent, r.provider_refund_no, a.decision as "decision?"
        from payments.refund r
        left join payments.approval a on a.id = r.approval
        where r.id = any($1) or r.posting = any($2)
        order by r.requested_at, r.id"#,
        ids,
        payments
    );
    let rows = rows.fetch_all(&mut *db).await.map_err(fault("reading refunds"))?;
    known(db, rows).await
}

/// One refund.
pub async fn find(db: &mut PgConnection, id: RefundId) -> Result<Option<Known>, Error> {
    Ok(list(db, &[id.as_uuid()], &[]).await?.pop())
}

/// A page of all refunds, newest first, from just before one.
pub async fn page(
    db: &mut PgConnection,
    before: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Known>, Error> {
    let (at, id) = before.unzip();
    let ids = sqlx::query_scalar!(
        "select id from payments.refund
         where $1::timestamptz is null or (requested_at, id) < ($1, $2)
         order by requested_at desc, id desc
         limit $3",
        at,
        id,
        limit
    );
    let ids = ids.fetch_all(&mut *db).await.map_err(fault("listing refunds"))?;
    let mut found = list(db, &ids, &[]).await?;
    found.reverse();
    Ok(found)
}

/// The oldest refund that needs no second officer and that the ledger was not heard about yet.
pub async fn find_to_do(db: &mut PgConnection) -> Result<Option<RefundId>, Error> {
    let id = sqlx::query_scalar!(
        r#"select id as "id: RefundId" from payments.refund
           where answered_at is null and approval is null order by requested_at limit 1"#
    );
    id.fetch_optional(db).await.map_err(fault("looking for refunds to do"))
}

/// Notes that the ledger answered; whether this was the first time.
pub async fn answered(db: &mut PgConnection, id: RefundId, at: Timestamp) -> Result<bool, Error> {
    let noted = sqlx::query!(
        "update payments.refund set answered_at = $2 where id = $1 and answered_at is null",
        id.as_uuid(),
        at
    );
    let noted = noted.execute(db).await.map_err(fault("noting an answer about a refund"))?;
    Ok(noted.rows_affected() == 1)
}

/// The legs that moved the money of a payment: its own, or that of what captured its reserve. A fee of the payer's that a
/// capture took along is none of it: the merchant only passed it on. What came from where money waits for its owner came from
/// its provider in truth.
pub async fn moved(db: &mut PgConnection, payment: PostingId) -> Result<Vec<Moved>, Error> {
    let rows = sqlx::query!(
        r#"
        select t.posting, t.leg, t.purpose,
               t.amount - case when o.amount < h.amount then coalesce((
                   select sum(f.amount) from payments.ledger_transfer f
                   where f.posting = t.posting and f.purpose = $2 and f.dr = t.cr), 0)::bigint else 0 end as "amount!",
               coalesce(a.dr, t.dr) as "dr!", d.class as dr_class, t.cr, c.class as cr_class,
               d.owner as "payer: AccountId"
        from payments.ledger_transfer t
        left join lateral (
            select arrived.dr
            from payments.provider_order p
            join payments.ledger_claim ended on ended.subject = p.subject and ended.posting = t.posting
            join payments.ledger_claim came on came.subject = p.money and came.posting <> t.posting
            join payments.ledger_transfer arrived on arrived.posting = came.posting and arrived.leg = 0
            where p.id = t.ref or p.bill_revision = t.ref
        ) a on t.kind = 1
        join payments.ledger_account d on d.id = coalesce(a.dr, t.dr)
        join payments.ledger_account c on c.id = t.cr
        left join payments.ledger_hold h on h.posting = $1
        left join payments.merchant_order o on o.id = t.ref and t.kind = 3
        where t.posting = coalesce(h.resolved_by, $1)
          and ((t.kind = 1 and h.posting is null) or (t.kind = 3 and t.hold = $1))
        order by t.leg"#,
        payment.as_uuid(),
        Purpose::Fee.number()
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading what a payment moved"))?;
    let moved = rows.into_iter().map(|row| {
        Some(Moved {
            posting: row.posting,
            leg: row.leg,
            purpose: Purpose::of(row.purpose)?,
            amount: row.amount,
            from: (AccountNo(row.dr), row.dr_class),
            to: (AccountNo(row.cr), row.cr_class),
            payer: row.payer,
        })
    });
    let moved: Option<Vec<_>> = moved.collect();
    moved.ok_or_else(|| broken("reading what a payment moved", payment.to_string()))
}

/// What the ledger answered these ids, each with the digest of its request.
async fn answers(
    db: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (Vec<u8>, Answer)>, Error> {
    let rows = sqlx::query!(
        r#"
        select t.posting as "posting!", t.req_hash as "req_hash!", null::smallint as refused, h.state as "held?"
        from payments.ledger_transfer t
        left join payments.ledger_hold h on h.posting = t.posting
        where t.posting = any($1) and t.leg = 0
        union all
        select posting, req_hash, code, null from payments.ledger_rejection where posting = any($1)"#,
        ids
    );
    let rows = rows.fetch_all(db).await.map_err(fault("asking what became of refunds"))?;
    let answers = rows.into_iter().map(|row| {
        let answer = match (row.refused, row.held) {
            (Some(code), _) => Answer::Refused(code),
            (None, Some(state)) => Answer::Held(HoldState::of(state)?),
            (None, None) => Answer::Moved,
        };
        Some((row.posting, (row.req_hash, answer)))
    });
    let answers: Option<_> = answers.collect();
    answers.ok_or_else(|| broken("asking what became of refunds", "a hold has no such state"))
}

async fn known(db: &mut PgConnection, rows: Vec<Row>) -> Result<Vec<Known>, Error> {
    let rows = rows.into_iter().map(Row::restore).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<_> = rows.iter().flat_map(|(refund, ..)| [refund.act(), refund.aside()]).collect();
    let answers = if ids.is_empty() { HashMap::new() } else { answers(db, &ids).await? };
    let known = rows.into_iter().map(|(refund, decision, provider_refund_no)| {
        let of = |id| {
            let (hash, answer) = answers.get(&id)?;
            let its_own = *hash == refund.req_hash(id);
            Some(if its_own { *answer } else { Answer::Foreign })
        };
        let (act, aside) = (of(refund.act()), of(refund.aside()));
        let state = state(refund.approval.is_some(), decision, act, aside, refund.sent);
        let refused = match aside.or(act) {
            Some(Answer::Refused(code)) => Some(code),
            _ => None,
        };
        Known { refund, state, refused, provider_refund_no }
    });
    Ok(known.collect())
}

struct Row {
    id: RefundId,
    payment: PostingId,
    moved: Uuid,
    legs: Vec<i16>,
    amounts: Vec<i64>,
    target: String,
    requester: String,
    requested_by: Option<Uuid>,
    requested_at: Timestamp,
    reason: String,
    approval: Option<Uuid>,
    sent: Option<String>,
    provider_refund_no: Option<String>,
    decision: Option<String>,
}

impl Row {
    /// The table's checks leave nothing else.
    fn restore(self) -> Result<(Refund, Option<Decision>, Option<String>), Error> {
        let unknown = || broken("reading a refund", self.id.to_string());
        let parts = self.legs.into_iter().zip(self.amounts);
        let sent = self.sent.map(|name| Sent::parse(&name).ok_or_else(unknown)).transpose()?;
        let decision = self.decision.map(|name| Decision::parse(&name).ok_or_else(unknown));
        let refund = Refund {
            id: self.id,
            payment: self.payment,
            moved: self.moved,
            parts: parts.map(|(leg, amount)| Part { leg, amount }).collect(),
            target: Target::parse(&self.target).ok_or_else(unknown)?,
            requester: Requester::restore(&self.requester, self.requested_by)
                .ok_or_else(unknown)?,
            requested_at: self.requested_at,
            reason: self.reason,
            approval: self.approval,
            sent,
        };
        Ok((refund, decision.transpose()?, self.provider_refund_no))
    }
}
