//! Events go to merchants' and billers' endpoints: taken and committed, called outside any transaction, each outcome written at once.

use chrono::Duration;
use city_auth::Sealed;
use city_contracts::event::Envelope;
use city_events::outbox;
use city_ids::{EventId, WebhookEndpointId};
use futures_util::future::join_all;
use serde_json::json;

use super::call_endpoint::call_endpoint;
use super::hear_event::tell;
use crate::app::App;
use crate::domain::owner::Owner;
use crate::domain::signature;
use crate::domain::webhook::next_try;
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::webhook::Taken;

/// Deliveries under way at once.
const MOST: i64 = 50;
/// Longer than a call may take. After a crash what was taken is due again, so that nothing is lost and some is heard twice.
const LEASE: Duration = Duration::seconds(60);

/// Where the present secret of an endpoint is sealed.
pub fn place(row: &str) -> Sealed<'_> {
    Sealed { table: "payments.webhook_endpoint", column: "sealed", row }
}

/// Where the one before is.
pub fn old_place(row: &str) -> Sealed<'_> {
    Sealed { table: "payments.webhook_endpoint", column: "old_sealed", row }
}

/// Sends what is due; false if nothing is.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn deliver_due(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let due = {
        let mut db = app.connection().await?;
        store::webhook::take_due(&mut db, now, now + LEASE, MOST).await?
    };
    let outcomes = join_all(due.iter().map(|taken| deliver(app, taken))).await;
    outcomes.into_iter().collect::<Result<(), _>>()?;
    Ok(!due.is_empty())
}

async fn deliver(app: &App, taken: &Taken) -> Result<(), Error> {
    let header = sign(app, taken)?;
    let body = taken.body.clone();
    let heard = call_endpoint(&taken.url, body, &header, app.webhook_loopback).await;
    let now = app.clock.now();
    let failure = match heard {
        Ok(()) => {
            return store::webhook::succeeded(&mut *app.connection().await?, taken, now).await;
        }
        Err(failure) => failure.to_string(),
    };
    let next = next_try(taken.attempts.saturating_add(1), taken.since, now);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    store::webhook::failed(&mut tx, taken, &failure, next).await?;
    if next.is_none() && store::webhook::disable(&mut tx, taken.endpoint, taken.since, now).await? {
        let body = match taken.owner {
            Owner::Merchant(id) => json!({ "merchant": id, "endpoint": taken.endpoint }),
            Owner::Biller(id) => json!({ "biller": id, "endpoint": taken.endpoint }),
        };
        let id: EventId = app.ids.next(now);
        tell(&mut tx, taken.owner, id, "webhook.disabled", now, &body, now).await?;
        let event = Envelope::new(id, "WebhookDisabled", now, body);
        outbox::push(&mut tx, &event).await.map_err(fault("writing the outbox"))?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    tracing::info!(
        webhook.endpoint = %taken.endpoint, webhook.attempts = taken.attempts, webhook.failure = failure,
        "Endpoint {} did not hear an event: {failure}", taken.endpoint
    );
    Ok(())
}

/// Signs with the present secret, and for a day after a rotation with the one before, too.
fn sign(app: &App, taken: &Taken) -> Result<String, Error> {
    let (now, row) = (app.clock.now(), taken.endpoint.to_string());
    let open = |place, sealed: &[u8]| {
        let secret = app.keyring.open(place, sealed);
        secret.ok_or_else(|| unreadable(taken.endpoint))
    };
    let mut secrets = vec![open(place(&row), &taken.sealed)?];
    let old = taken.old_sealed.as_ref().zip(taken.old_until);
    if let Some((old, _)) = old.filter(|(_, until)| now < *until) {
        secrets.push(open(old_place(&row), old)?);
    }
    let t = now.timestamp();
    let over = signature::of_webhook(t, taken.body.as_bytes());
    let signatures: Vec<_> = secrets.iter().map(|secret| signature::sign(secret, &over)).collect();
    Ok(signature::header(t, &signatures))
}

/// The secret of an endpoint does not open: the keyring is another.
pub fn unreadable(endpoint: WebhookEndpointId) -> Error {
    broken("opening a secret", format!("the one of {endpoint} does not open"))
}
