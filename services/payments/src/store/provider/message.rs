//! What providers sent and answered, as it came.

use city_clock::{Timestamp, hue_day};
use city_contracts::payments::Provider;
use city_ids::ProviderOrderId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ledger::Purpose;
use crate::error::{Error, fault};

/// Which way it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A notice.
    In,
    /// The answer to a question of ours.
    Answer,
}

impl Direction {
    const fn name(self) -> &'static str {
        match self {
            Self::In => "IN",
            Self::Answer => "ANSWER",
        }
    }
}

/// Keeps a notice before it is judged; none when too many of the day are not proven.
pub async fn keep(
    db: &mut PgConnection,
    provider: Provider,
    raw: &[u8],
    remote: Option<&str>,
    at: Timestamp,
) -> Result<Option<i64>, Error> {
    let kept = sqlx::query_scalar!(
        "with room as (
             insert into payments.provider_message_day (day, unverified) values ($5, 1)
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
        hue_day(at)
    );
    kept.fetch_optional(db).await.map_err(fault("keeping a notice"))
}

/// What a message turned out to be.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    /// Whether it is proven to come from the provider.
    pub verified: bool,
    /// The order it is about.
    pub order: Option<ProviderOrderId>,
    /// What became of it.
    pub outcome: &'static str,
}

/// Keeps a message that was judged before: an answer to a question of ours, which no stranger can send, or a proven notice
/// for which there was no room.
pub async fn insert(
    db: &mut PgConnection,
    provider: Provider,
    direction: Direction,
    raw: &[u8],
    judged: Judged,
    at: Timestamp,
) -> Result<(), Error> {
    let kept = sqlx::query!(
        "insert into payments.provider_message (provider, direction, at, raw, verified, provider_order, outcome)
         values ($1, $2, $3, $4, $5, $6, $7)",
        super::name(provider),
        direction.name(),
        at,
        raw,
        judged.verified,
        judged.order.map(ProviderOrderId::as_uuid),
        judged.outcome
    );
    kept.execute(db).await.map(drop).map_err(fault("keeping a message"))
}

/// Says what a message was; one that is proven no longer counts among those of its day that are not.
pub async fn mark(db: &mut PgConnection, id: i64, judged: Judged) -> Result<(), Error> {
    let marked = sqlx::query!(
        "with before as (
             select id, at, verified from payments.provider_message where id = $1 for update
         ), room as (
             update payments.provider_message_day d set unverified = d.unverified - 1
             from before b
             where d.day = (b.at at time zone 'Asia/Ho_Chi_Minh')::date and $2 and not b.verified and d.unverified > 0
         )
         update payments.provider_message m set verified = m.verified or $2, provider_order = $3, outcome = $4
         from before b where m.id = b.id",
        id,
        judged.verified,
        judged.order.map(ProviderOrderId::as_uuid),
        judged.outcome
    );
    marked.execute(db).await.map(drop).map_err(fault("saying what a message was"))
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
            join payments.ledger_claim c on c.subject in (o.id, o.money) and c.posting = m.posting
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
