//! What providers sent and answered, as it came.

use city_clock::{Timestamp, hue_day};
use city_contracts::payments::Provider;
use city_ids::ProviderOrderId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ledger::Purpose;
use crate::error::{Error, fault};

/// Keeps a notice before anything follows from it; none when too many of the day are not proven, or when one that proves the same
/// is kept already.
pub async fn keep(
    db: &mut PgConnection,
    provider: Provider,
    raw: &[u8],
    remote: Option<&str>,
    digest: Option<&[u8; 32]>,
    at: Timestamp,
) -> Result<Option<i64>, Error> {
    let kept = sqlx::query_scalar!(
        "with room as (
             insert into payments.provider_message_day (day, unverified)
             select $5, 1 where not exists
                 (select from payments.provider_message where provider = $1 and proven = $6)
             on conflict on constraint provider_message_day_pkey
             do update set unverified = provider_message_day.unverified + 1
             where provider_message_day.unverified < 10000
             returning day
         )
         insert into payments.provider_message (provider, direction, at, remote, raw, verified)
         select $1, 'IN', $2, $3, $4, false from room
         returning id",
        super::name(provider),
        at,
        remote,
        raw,
        hue_day(at),
        digest.map(<[u8; 32]>::as_slice)
    );
    kept.fetch_optional(db).await.map_err(fault("keeping a notice"))
}

/// Says what a notice was that is not proven.
pub async fn mark(db: &mut PgConnection, id: i64, outcome: &'static str) -> Result<(), Error> {
    let marked = sqlx::query!(
        "update payments.provider_message set outcome = $2 where id = $1",
        id,
        outcome
    );
    marked.execute(db).await.map(drop).map_err(fault("saying what a message was"))
}

/// A notice that is proven.
#[derive(Debug, Clone, Copy)]
pub struct Proven<'a> {
    /// As what it was [kept](keep) before anything followed from it; none when it was not.
    pub kept: Option<i64>,
    /// Whose it is.
    pub provider: Provider,
    /// The bytes.
    pub raw: &'a [u8],
    /// Where from.
    pub remote: Option<&'a str>,
    /// SHA-256 of what its signature covers.
    pub digest: [u8; 32],
    /// The order it is about.
    pub order: Option<ProviderOrderId>,
    /// What became of it.
    pub outcome: &'static str,
    /// When it came.
    pub at: Timestamp,
}

/// Keeps a proven notice, for ever and once: whoever saw it can send it again without end. It no longer counts among those of its
/// day that are not proven. Of several that came at once, what is kept says that one of them took effect.
pub async fn prove(db: &mut PgConnection, notice: &Proven<'_>) -> Result<(), Error> {
    let proven = sqlx::query!(
        "with before as (
             delete from payments.provider_message where id = $1 and not verified returning at
         ), room as (
             update payments.provider_message_day d set unverified = d.unverified - 1
             from before b
             where d.day = (b.at at time zone 'Asia/Ho_Chi_Minh')::date and d.unverified > 0
         )
         insert into payments.provider_message as m
             (provider, direction, at, remote, raw, verified, proven, provider_order, outcome)
         values ($2, 'IN', $3, $4, $5, true, $6, $7, $8)
         on conflict (provider, proven) where proven is not null
         do update set provider_order = excluded.provider_order, outcome = excluded.outcome
         where excluded.outcome = 'RECORDED' and m.outcome <> 'RECORDED'",
        notice.kept,
        super::name(notice.provider),
        notice.at,
        notice.remote,
        notice.raw,
        notice.digest.as_slice(),
        notice.order.map(ProviderOrderId::as_uuid),
        notice.outcome
    );
    proven.execute(db).await.map(drop).map_err(fault("keeping a proven notice"))
}

/// What an answer turned out to be.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    /// Whether it is proven to come from the provider.
    pub verified: bool,
    /// The order it is about.
    pub order: Option<ProviderOrderId>,
    /// What became of it.
    pub outcome: &'static str,
}

/// Keeps the answer to a question of ours, which no stranger can send.
pub async fn insert_answer(
    db: &mut PgConnection,
    provider: Provider,
    raw: &[u8],
    judged: Judged,
    at: Timestamp,
) -> Result<(), Error> {
    let kept = sqlx::query!(
        "insert into payments.provider_message (provider, direction, at, raw, verified, provider_order, outcome)
         values ($1, 'ANSWER', $2, $3, $4, $5, $6)",
        super::name(provider),
        at,
        raw,
        judged.verified,
        judged.order.map(ProviderOrderId::as_uuid),
        judged.outcome
    );
    kept.execute(db).await.map(drop).map_err(fault("keeping an answer"))
}

/// Forgets what is not proven and older than `before`, a bounded number at a time; how many.
pub async fn forget(db: &mut PgConnection, before: Timestamp) -> Result<u64, Error> {
    let forgotten = sqlx::query!(
        "delete from payments.provider_message where id in (
             select id from payments.provider_message where not verified and at < $1 order by at limit 1000)",
        before
    );
    let forgotten = forgotten.execute(&mut *db).await.map_err(fault("forgetting messages"))?;
    let days =
        sqlx::query!("delete from payments.provider_message_day where day < $1", hue_day(before));
    days.execute(db).await.map_err(fault("forgetting days of messages"))?;
    Ok(forgotten.rows_affected())
}

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Whose it is.
    pub provider: String,
    /// `IN` or `ANSWER`.
    pub direction: String,
    /// When it came.
    pub at: Timestamp,
    /// The bytes.
    pub raw: Vec<u8>,
    /// Whether it is proven to come from the provider.
    pub verified: bool,
    /// What became of it; none while it is judged.
    pub outcome: Option<String>,
}

/// The messages about the order behind a posting, in the order in which they came: of the posting that moved the order's money,
/// or gives it back.
pub async fn behind(db: &mut PgConnection, posting: Uuid, limit: i64) -> Result<Vec<Kept>, Error> {
    let messages = sqlx::query_as!(
        Kept,
        r#"
        with moving as (
            select posting, ref from payments.ledger_transfer where posting = $1 and leg = 0
            union
            -- A refund refers to the payment.
            select paid.posting, paid.ref
            from payments.ledger_transfer back
            join payments.ledger_transfer paid on paid.posting = back.ref and paid.leg = 0
            where back.posting = $1 and back.leg = 0 and back.purpose = $2
        ), behind as (
            select o.id
            from moving m
            join payments.provider_order o on o.id = m.ref or o.bill_revision = m.ref
            join payments.ledger_claim c on c.subject in (o.subject, o.money) and c.posting = m.posting
            limit 1
        )
        select provider, direction, at, raw, verified, outcome
        from payments.provider_message
        where provider_order = (select id from behind)
        order by at, id
        limit $3"#,
        posting,
        Purpose::Refund.number(),
        limit
    );
    messages.fetch_all(db).await.map_err(fault("reading messages"))
}
