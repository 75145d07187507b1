//! Hand-overs to channels. The queue is here, not in Redis.

use city_clock::Timestamp;
use city_ids::DeliveryId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::channel::Kind;
use crate::error::{Error, fault};

/// Deliveries claimed at once.
const BATCH: i64 = 100;

/// A delivery of a message that goes at once, claimed by whoever inserts it.
#[derive(Debug)]
pub struct UrgentDelivery<'a> {
    pub id: DeliveryId,
    pub request_key: &'a str,
    pub template: &'a str,
    pub kind: Kind,
    pub sealed: &'a [u8],
    pub batch: Uuid,
    pub now: Timestamp,
    pub claimed_until: Timestamp,
    pub expires_at: Timestamp,
}

/// Where a delivery stands.
#[derive(Debug)]
pub struct Standing {
    pub template: String,
    pub handed_at: Option<Timestamp>,
    pub failed_at: Option<Timestamp>,
}

/// A delivery that this process may hand over until its claim runs out.
#[derive(Debug)]
pub struct Claimed {
    pub id: DeliveryId,
    pub template: String,
    pub lane: i16,
    pub channel: String,
    pub sealed: Option<Vec<u8>>,
    pub attempts: i32,
    pub expires_at: Timestamp,
}

/// What is written after a hand-over.
#[derive(Debug)]
pub enum Settled {
    /// A side took it.
    Handed { side: &'static str, provider_ref: Option<String> },
    /// It will never be taken.
    Failed { code: String },
    /// It goes again; `same_batch` when the side may have taken it without our knowing.
    Again { attempts: i32, next_at: Timestamp, same_batch: bool },
}

/// Inserts a delivery; false if its request key is known.
pub async fn insert_urgent(
    db: &mut PgConnection,
    delivery: &UrgentDelivery<'_>,
) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into notifications.delivery (id, request_key, template, lane, channel, sealed, created_at, next_at,
                                             expires_at, batch, claimed_until)
         values ($1, $2, $3, 0, $4, $5, $6, $6, $7, $8, $9)
         on conflict (request_key) do nothing",
        delivery.id.as_uuid(),
        delivery.request_key,
        delivery.template,
        delivery.kind.as_str(),
        delivery.sealed,
        delivery.now,
        delivery.expires_at,
        delivery.batch,
        delivery.claimed_until
    )
    .execute(db)
    .await
    .map_err(fault("inserting a delivery"))?;
    Ok(inserted.rows_affected() == 1)
}

/// Where the delivery of a request key stands.
pub async fn find_by_request(
    db: &mut PgConnection,
    request_key: &str,
) -> Result<Option<Standing>, Error> {
    let query = sqlx::query_as!(
        Standing,
        "select template, handed_at, failed_at from notifications.delivery where request_key = $1",
        request_key
    );
    query.fetch_optional(db).await.map_err(fault("finding a delivery"))
}

/// The most urgent batch that is due and nobody's, if any: a new one, or one whose claim ran out, under its old id.
pub async fn claim_due(
    db: &mut PgConnection,
    new_batch: Uuid,
    now: Timestamp,
    claimed_until: fn(i16, Timestamp) -> Timestamp,
) -> Result<Option<(Uuid, Vec<Claimed>)>, Error> {
    let doing = "claiming deliveries";
    let first = sqlx::query!(
        "select lane, channel, attempts, batch
         from notifications.delivery
         where handed_at is null and failed_at is null and next_at <= $1 and expires_at > $1
           and (claimed_until is null or claimed_until <= $1)
         order by lane, next_at
         limit 1",
        now
    );
    let Some(first) = first.fetch_optional(&mut *db).await.map_err(fault(doing))? else {
        return Ok(None);
    };
    let batch = first.batch.unwrap_or(new_batch);
    // Two claims of one old batch must not split it: the same key has to mean the same items.
    let mine = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as "mine!""#,
        batch.to_string()
    );
    if !mine.fetch_one(&mut *db).await.map_err(fault(doing))? {
        return Ok(None);
    }
    let query = sqlx::query_as!(
        Claimed,
        r#"update notifications.delivery set batch = $1, claimed_until = $2
           where id in (
               select id from notifications.delivery
               where handed_at is null and failed_at is null and next_at <= $3 and expires_at > $3
                 and (claimed_until is null or claimed_until <= $3)
                 and lane = $4 and channel = $5 and attempts = $6 and batch is not distinct from $7
               order by next_at
               limit $8
               for update skip locked
           )
           returning id as "id: DeliveryId", template, lane, channel, sealed, attempts, expires_at"#,
        batch,
        claimed_until(first.lane, now),
        now,
        first.lane,
        first.channel,
        first.attempts,
        first.batch,
        BATCH
    );
    let claimed = query.fetch_all(db).await.map_err(fault(doing))?;
    Ok((!claimed.is_empty()).then_some((batch, claimed)))
}

/// Writes what became of a batch, in one statement; what was settled meanwhile stays as it is.
pub async fn settle(
    db: &mut PgConnection,
    batch: Uuid,
    settled: &[(DeliveryId, Settled)],
    now: Timestamp,
) -> Result<(), Error> {
    let mut columns = Columns::default();
    for (id, outcome) in settled {
        columns.push(*id, outcome);
    }
    sqlx::query!(
        "update notifications.delivery delivery
         set handed_at = case when outcome.side is not null then $8::timestamptz end,
             failed_at = case when outcome.fail_code is not null then $8::timestamptz end,
             fail_code = outcome.fail_code,
             side = outcome.side,
             provider_ref = outcome.provider_ref,
             attempts = coalesce(outcome.attempts, delivery.attempts + 1),
             next_at = coalesce(outcome.next_at, delivery.next_at),
             sealed = case when outcome.next_at is not null then delivery.sealed end,
             batch = case when outcome.same_batch or outcome.next_at is null then delivery.batch end,
             claimed_until = null
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[], $7::bool[])
              as outcome (id, side, provider_ref, fail_code, attempts, next_at, same_batch)
         where delivery.id = outcome.id and delivery.batch = $9
           and delivery.handed_at is null and delivery.failed_at is null",
        &columns.ids,
        &columns.sides as &[Option<&str>],
        &columns.provider_refs as &[Option<&str>],
        &columns.fail_codes as &[Option<&str>],
        &columns.attempts as &[Option<i32>],
        &columns.next_at as &[Option<Timestamp>],
        &columns.same_batch,
        now,
        batch
    )
    .execute(db)
    .await
    .map_err(fault("settling deliveries"))?;
    Ok(())
}

#[derive(Default)]
struct Columns<'a> {
    ids: Vec<Uuid>,
    sides: Vec<Option<&'a str>>,
    provider_refs: Vec<Option<&'a str>>,
    fail_codes: Vec<Option<&'a str>>,
    attempts: Vec<Option<i32>>,
    next_at: Vec<Option<Timestamp>>,
    same_batch: Vec<bool>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, id: DeliveryId, outcome: &'a Settled) {
        let (side, provider_ref, fail_code, attempts, next_at, same_batch) = match outcome {
            Settled::Handed { side, provider_ref } => {
                (Some(*side), provider_ref.as_deref(), None, None, None, false)
            }
            Settled::Failed { code } => (None, None, Some(code.as_str()), None, None, false),
            Settled::Again { attempts, next_at, same_batch } => {
                (None, None, None, Some(*attempts), Some(*next_at), *same_batch)
            }
        };
        self.ids.push(id.as_uuid());
        self.sides.push(side);
        self.provider_refs.push(provider_ref);
        self.fail_codes.push(fail_code);
        self.attempts.push(attempts);
        self.next_at.push(next_at);
        self.same_batch.push(same_batch);
    }
}

/// Ends what came too late, and its text with it; how many.
pub async fn expire(db: &mut PgConnection, now: Timestamp) -> Result<u64, Error> {
    let expired = sqlx::query!(
        "update notifications.delivery set failed_at = $1, fail_code = 'EXPIRED', sealed = null, claimed_until = null
         where handed_at is null and failed_at is null and expires_at <= $1",
        now
    );
    Ok(expired.execute(db).await.map_err(fault("expiring deliveries"))?.rows_affected())
}
