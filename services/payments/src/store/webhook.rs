//! Where merchants and billers are told things, and how far that is.

use city_clock::Timestamp;
use city_ids::{BillerId, EventId, MerchantId, WebhookEndpointId};
use sqlx::PgConnection;

use crate::domain::owner::Owner;
use crate::error::{Error, broken, fault};

/// Deliveries that a replay makes at most.
const MOST_REPLAYED: i64 = 10_000;

/// An endpoint, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub id: WebhookEndpointId,
    pub url: String,
    pub created_at: Timestamp,
    pub succeeded_at: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    /// Events that wait for it.
    pub waiting: i64,
    /// Events that were given up.
    pub dead: i64,
}

/// A delivery that somebody took to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub endpoint: WebhookEndpointId,
    pub owner: Owner,
    pub seq: i64,
    /// Failures so far.
    pub attempts: i32,
    pub since: Timestamp,
    pub url: String,
    pub sealed: Vec<u8>,
    pub old_sealed: Option<Vec<u8>>,
    pub old_until: Option<Timestamp>,
    pub body: String,
}

/// Writes a new endpoint; false when its owner has one of this address.
pub async fn insert(
    db: &mut PgConnection,
    owner: Owner,
    id: WebhookEndpointId,
    url: &str,
    sealed: &[u8],
    at: Timestamp,
) -> Result<bool, Error> {
    let (merchant, biller) = owner.split();
    let inserted = sqlx::query!(
        "insert into payments.webhook_endpoint (id, merchant, biller, url, sealed, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint webhook_endpoint_url do nothing",
        id.as_uuid(),
        merchant,
        biller,
        url,
        sealed,
        at
    );
    let inserted = inserted.execute(db).await.map_err(fault("writing an endpoint"))?;
    Ok(inserted.rows_affected() == 1)
}

/// The endpoints of somebody, oldest first.
pub async fn list(db: &mut PgConnection, owner: Owner) -> Result<Vec<Endpoint>, Error> {
    let rows = sqlx::query_as!(
        Endpoint,
        r#"
        select e.id as "id: WebhookEndpointId", e.url, e.created_at, e.succeeded_at, e.disabled_at,
               (select count(*) from payments.webhook_delivery d where d.endpoint = e.id and d.state = 'WAITING') as "waiting!",
               (select count(*) from payments.webhook_delivery d where d.endpoint = e.id and d.state = 'DEAD') as "dead!"
        from payments.webhook_endpoint e
        where e.owner = $1
        order by e.created_at, e.id"#,
        owner.as_uuid()
    );
    rows.fetch_all(db).await.map_err(fault("reading endpoints"))
}

/// The sealed secret of an endpoint and until when the one before counts; locks the row.
pub async fn lock_secret(
    db: &mut PgConnection,
    owner: Owner,
    id: WebhookEndpointId,
) -> Result<Option<(Vec<u8>, Option<Timestamp>)>, Error> {
    let row = sqlx::query!(
        "select sealed, old_until from payments.webhook_endpoint where id = $1 and owner = $2 for update",
        id.as_uuid(),
        owner.as_uuid()
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading an endpoint"))?;
    Ok(row.map(|row| (row.sealed, row.old_until)))
}

/// Puts a new secret in the place of the present one, which goes on counting for a while.
pub async fn rotate(
    db: &mut PgConnection,
    id: WebhookEndpointId,
    sealed: &[u8],
    old_sealed: &[u8],
    old_until: Timestamp,
) -> Result<(), Error> {
    let rotated = sqlx::query!(
        "update payments.webhook_endpoint set sealed = $2, old_sealed = $3, old_until = $4 where id = $1",
        id.as_uuid(),
        sealed,
        old_sealed,
        old_until
    );
    rotated.execute(db).await.map(drop).map_err(fault("rotating a secret"))
}

/// Has events sent again, as if they were new, and enables the endpoint. Answers how many.
pub async fn replay(
    db: &mut PgConnection,
    owner: Owner,
    id: WebhookEndpointId,
    event: Option<EventId>,
    between: Option<(Timestamp, Timestamp)>,
    now: Timestamp,
) -> Result<u64, Error> {
    let enabled = sqlx::query!(
        "update payments.webhook_endpoint set disabled_at = null where id = $1 and owner = $2",
        id.as_uuid(),
        owner.as_uuid()
    );
    enabled.execute(&mut *db).await.map_err(fault("enabling an endpoint"))?;
    let (from, until) = between.unzip();
    let again = sqlx::query!(
        "insert into payments.webhook_delivery (endpoint, merchant, biller, seq, state, attempts, since, next_at)
         select $1, merchant, biller, seq, 'WAITING', 0, $6, $6
         from (select merchant, biller, seq from payments.merchant_event
               where owner = $2 and (id = $3 or (at >= $4 and at < $5))
               order by seq
               limit $7
               for key share) again -- one that is just being forgotten is not among them
         on conflict on constraint webhook_delivery_pkey
         do update set state = 'WAITING', attempts = 0, since = $6, next_at = $6, failure = null",
        id.as_uuid(),
        owner.as_uuid(),
        event.map(EventId::as_uuid),
        from,
        until,
        now,
        MOST_REPLAYED
    );
    let again = again.execute(db).await.map_err(fault("replaying events"))?;
    Ok(again.rows_affected())
}

/// Takes what is due, until `lease`: when whoever took it is gone by then, it is due again.
pub async fn take_due(
    db: &mut PgConnection,
    now: Timestamp,
    lease: Timestamp,
    limit: i64,
) -> Result<Vec<Taken>, Error> {
    let rows = sqlx::query!(
        r#"
        with due as (
            select endpoint, seq from payments.webhook_delivery
            where state = 'WAITING' and next_at <= $1
            order by next_at, seq
            limit $3
            for update skip locked
        )
        update payments.webhook_delivery d set next_at = $2
        from due
        join payments.webhook_endpoint e on e.id = due.endpoint
        join payments.merchant_event v on v.owner = e.owner and v.seq = due.seq
        where d.endpoint = due.endpoint and d.seq = due.seq
        returning d.endpoint as "endpoint: WebhookEndpointId", d.merchant as "merchant: MerchantId",
                  d.biller as "biller: BillerId", d.seq, d.attempts, d.since, e.url, e.sealed, e.old_sealed, e.old_until, v.body"#,
        now,
        lease,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("taking deliveries"))?;
    rows.into_iter()
        .map(|row| {
            let owner = Owner::of(row.merchant, row.biller);
            Ok(Taken {
                endpoint: row.endpoint,
                owner: owner
                    .ok_or_else(|| broken("taking deliveries", row.endpoint.to_string()))?,
                seq: row.seq,
                attempts: row.attempts,
                since: row.since,
                url: row.url,
                sealed: row.sealed,
                old_sealed: row.old_sealed,
                old_until: row.old_until,
                body: row.body,
            })
        })
        .collect()
}

/// It was heard.
pub async fn succeeded(db: &mut PgConnection, taken: &Taken, now: Timestamp) -> Result<(), Error> {
    let done = sqlx::query!(
        "with done as (
             update payments.webhook_delivery
             set state = 'DONE', attempts = attempts + 1, next_at = null, failure = null
             where endpoint = $1 and seq = $2 and attempts = $3 and state = 'WAITING'
         )
         update payments.webhook_endpoint set succeeded_at = greatest(succeeded_at, $4) where id = $1",
        taken.endpoint.as_uuid(),
        taken.seq,
        taken.attempts,
        now
    );
    done.execute(db).await.map(drop).map_err(fault("settling a delivery"))
}

/// It was not heard: to be tried again at `next`, or given up without one.
pub async fn failed(
    db: &mut PgConnection,
    taken: &Taken,
    failure: &str,
    next: Option<Timestamp>,
) -> Result<(), Error> {
    let state = if next.is_some() { "WAITING" } else { "DEAD" };
    let settled = sqlx::query!(
        "update payments.webhook_delivery set state = $4, attempts = attempts + 1, next_at = $5, failure = $6
         where endpoint = $1 and seq = $2 and attempts = $3 and state = 'WAITING'",
        taken.endpoint.as_uuid(),
        taken.seq,
        taken.attempts,
        state,
        next,
        failure
    );
    settled.execute(db).await.map(drop).map_err(fault("settling a delivery"))
}

/// Gives up an endpoint that heard nothing since an instant, with all that waits for it; false when it heard something, or
/// was given up before.
pub async fn disable(
    db: &mut PgConnection,
    id: WebhookEndpointId,
    since: Timestamp,
    now: Timestamp,
) -> Result<bool, Error> {
    let disabled = sqlx::query!(
        "update payments.webhook_endpoint set disabled_at = $3
         where id = $1 and disabled_at is null and (succeeded_at is null or succeeded_at < $2)",
        id.as_uuid(),
        since,
        now
    );
    let disabled = disabled.execute(&mut *db).await.map_err(fault("disabling an endpoint"))?;
    if disabled.rows_affected() == 0 {
        return Ok(false);
    }
    let dead = sqlx::query!(
        "update payments.webhook_delivery set state = 'DEAD', next_at = null where endpoint = $1 and state = 'WAITING'",
        id.as_uuid()
    );
    dead.execute(db).await.map_err(fault("giving deliveries up"))?;
    Ok(true)
}
