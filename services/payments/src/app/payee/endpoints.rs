//! The addresses at which the systems of merchants and billers hear of events.

use city_clock::Timestamp;
use city_contracts::common::PageArgs;
use city_contracts::problem::Finding;
use city_ids::{EventId, WebhookEndpointId};
use secrecy::{ExposeSecret as _, SecretString};

use super::deliver::{old_place, place, unreadable};
use crate::app::{App, cursor};
use crate::domain::owner::Owner;
use crate::domain::webhook::{OVERLAP, parse_url};
use crate::error::{Error, broken, fault};
use crate::hex;
use crate::store;
use crate::store::payee_event::PayeeEvent;
use crate::store::webhook::Endpoint;

/// The most entries of a page.
const MOST: u32 = 100;
/// The most endpoints of an owner.
const MOST_ENDPOINTS: usize = 10;

/// An endpoint, and its secret the one time that it is shown.
#[derive(Debug)]
pub struct OpenedEndpoint {
    pub endpoint: Endpoint,
    /// None for one that was there before.
    pub secret: Option<SecretString>,
}

/// Has events sent to an address from now on. Idempotent by the address; the secret is shown only once.
///
/// # Errors
/// `Input` for an address that is not called, or one too many.
pub async fn open_endpoint(app: &App, owner: Owner, url: &str) -> Result<OpenedEndpoint, Error> {
    let parsed = parse_url(url, app.webhook_loopback)
        .map_err(|error| Error::Input(vec![Finding::new("/url", "URL", error.to_string())]))?;
    let now = app.clock.now();
    let id: WebhookEndpointId = app.ids.next(now);
    let (secret, sealed) = new_secret(app, id);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let opened = store::webhook::insert(&mut tx, owner, id, parsed.as_str(), &sealed, now).await?;
    let all = store::webhook::list(&mut tx, owner).await?;
    if opened && all.len() > MOST_ENDPOINTS {
        let message = "there are at most 10 endpoints";
        return Err(Error::Input(vec![Finding::new("/url", "TOO_MANY", message)]));
    }
    tx.commit().await.map_err(fault("committing"))?;
    let found = all.into_iter().find(|endpoint| endpoint.url == parsed.as_str());
    let endpoint = found.ok_or_else(|| broken("reading an endpoint", "it is gone"))?;
    Ok(OpenedEndpoint { endpoint, secret: opened.then_some(secret) })
}

fn new_secret(app: &App, id: WebhookEndpointId) -> (SecretString, Vec<u8>) {
    let secret = SecretString::from(format!("whsec_{}", hex::text(&app.ids.bytes::<32>())));
    let sealed = app.keyring.seal(place(&id.to_string()), secret.expose_secret().as_bytes());
    (secret, sealed)
}

/// The endpoints of somebody.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn list_endpoints(app: &App, owner: Owner) -> Result<Vec<Endpoint>, Error> {
    store::webhook::list(&mut *app.connection().await?, owner).await
}

/// Gives an endpoint a new secret; for a day the one before signs too. Answers the new one, shown this once.
///
/// # Errors
/// `NotFound`, `State` within the day after a rotation: a second one would end the secret that may still be in use.
pub async fn rotate_secret(
    app: &App,
    owner: Owner,
    id: WebhookEndpointId,
) -> Result<SecretString, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let found = store::webhook::lock_secret(&mut tx, owner, id).await?;
    let (sealed, old_until) = found.ok_or(Error::NotFound)?;
    if old_until.is_some_and(|until| now < until) {
        return Err(Error::State);
    }
    let row = id.to_string();
    let old = app.keyring.open(place(&row), &sealed).ok_or_else(|| unreadable(id))?;
    let old = app.keyring.seal(old_place(&row), &old);
    let (secret, sealed) = new_secret(app, id);
    store::webhook::rotate(&mut tx, id, &sealed, &old, now + OVERLAP).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(secret)
}

/// Which events are sent again.
#[derive(Debug, Clone, Copy)]
pub enum Again {
    /// This one.
    Event(EventId),
    /// Those from an instant until before another.
    Between(Timestamp, Timestamp),
}

/// Has events sent to an endpoint again, heard before or not, and enables it if it was given up. Answers how many, 10,000
/// at most. They keep their ids: whoever heard one before knows it.
///
/// # Errors
/// `NotFound` of the endpoint or the event.
pub async fn replay_events(
    app: &App,
    owner: Owner,
    id: WebhookEndpointId,
    again: Again,
) -> Result<u64, Error> {
    let (event, between) = match again {
        Again::Event(event) => (Some(event), None),
        Again::Between(from, until) => (None, Some((from, until))),
    };
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let found = store::webhook::lock_secret(&mut tx, owner, id).await?;
    drop(found.ok_or(Error::NotFound)?);
    let replayed = store::webhook::replay(&mut tx, owner, id, event, between, now).await?;
    if event.is_some() && replayed == 0 {
        return Err(Error::NotFound);
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(replayed)
}

/// A page of somebody's events, oldest first: from just after a number, or from the oldest that is kept.
///
/// # Errors
/// `Input`; `EventsForgotten` when some that come after the number are forgotten, so that nobody misses any in silence.
pub async fn list_events(
    app: &App,
    owner: Owner,
    first: u32,
    after: Option<i64>,
) -> Result<(Vec<PayeeEvent>, bool), Error> {
    let mut findings = Vec::new();
    let args = PageArgs { first, after: None };
    let (first, _) = cursor::page(&args, MOST, cursor::parse_seq, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let mut db = app.connection().await?;
    let from = after.unwrap_or(0);
    let mut found = store::payee_event::list(&mut db, owner, from, limit).await?;
    // Read after the page: what was forgotten in between is noticed.
    let forgotten = store::payee_event::forgotten(&mut db, owner).await?;
    if after.is_some_and(|after| after < forgotten) {
        return Err(Error::EventsForgotten { forgotten });
    }
    let more = found.len() > first;
    found.truncate(first);
    Ok((found, more))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_log_line_about_a_new_endpoint_does_not_hold_its_secret() {
        let endpoint = Endpoint {
            id: WebhookEndpointId::restore(Uuid::from_u128(1)),
            url: "https://example.org/".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
            succeeded_at: None,
            disabled_at: None,
            waiting: 0,
            dead: 0,
        };
        let opened = OpenedEndpoint { endpoint, secret: Some(SecretString::from("whsec_c0ffee")) };

        assert!(!format!("{opened:?}").contains("c0ffee"), "{opened:?}");
    }
}
