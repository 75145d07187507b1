//! The public keys of access tokens, as accounts publishes them.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use city_auth::Principal;
use city_auth::access::{AccessClaims, AccessKeys};
use city_boot::{Progress, Worker, WorkerError};
use city_clients::{Accounts, Call, CallError};
use city_clock::{SharedClock, Timestamp};
use city_contracts::common::Locale;
use city_ids::ServiceName;

use super::Denied;
use super::flight::Flights;
use super::tokens::VerifiedTokens;

/// A stranger's token with an invented key name makes us ask accounts at most this often.
const BETWEEN_FETCHES: TimeDelta = TimeDelta::seconds(10);
/// How long a request waits for the keys.
const PATIENCE: Duration = Duration::from_secs(1);
/// Keys are rolled by publishing the next one well before it signs.
const REFRESH: Duration = Duration::from_mins(1);

/// The keys known now; none until accounts has answered once.
#[derive(Debug)]
pub struct Keys {
    accounts: Accounts,
    clock: SharedClock,
    known: RwLock<Option<Arc<AccessKeys>>>,
    last_fetch: Mutex<Option<Timestamp>>,
    flights: Flights<(), ()>,
    verified: VerifiedTokens,
}

impl Keys {
    pub fn new(accounts: Accounts, clock: SharedClock) -> Self {
        Self {
            accounts,
            clock,
            known: RwLock::default(),
            last_fetch: Mutex::default(),
            flights: Flights::default(),
            verified: VerifiedTokens::default(),
        }
    }

    /// The keys known now.
    pub fn known(&self) -> Option<Arc<AccessKeys>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a token says, once its signature is verified.
    ///
    /// # Errors
    /// The token's own faults, or that no keys are known.
    pub async fn verify(&self, token: &str, issuer: &str) -> Result<AccessClaims, Denied> {
        let now = self.clock.now();
        if let Some(claims) = self.verified.find(token, now) {
            return Ok(claims);
        }
        let keys = self.for_token(token).await.ok_or(Denied::KeysUnknown)?;
        let claims = keys.verify(token, issuer, now)?;
        self.verified.keep(token, claims.clone());
        Ok(claims)
    }

    /// The keys to verify this token with, asked for again if it names one that is not among them.
    async fn for_token(&self, token: &str) -> Option<Arc<AccessKeys>> {
        if self.known().is_none_or(|keys| !keys.knows(token)) {
            self.flights.join((), self.fetch_if_due()).await;
        }
        self.known()
    }

    async fn fetch_if_due(&self) {
        let now = self.clock.now();
        let due = {
            let mut last = self.last_fetch.lock().unwrap_or_else(PoisonError::into_inner);
            let due = last.is_none_or(|at| (now - at).abs() >= BETWEEN_FETCHES);
            if due {
                *last = Some(now);
            }
            due
        };
        if due && let Err(error) = self.fetch().await {
            tracing::warn!(error = %error, "The keys of access tokens could not be fetched");
        }
    }

    async fn fetch(&self) -> Result<(), CallError> {
        let call = Call::new(Principal::service(ServiceName::Gateway), Locale::Vi, PATIENCE);
        let keys = AccessKeys::from_jwks(&self.accounts.jwks(&call).await?);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(keys));
        self.verified.clear(); // a key that is gone verifies nothing any more
        Ok(())
    }
}

/// Fetches the keys at start, and again every minute. Ordering: none needed.
#[derive(Debug)]
pub struct KeyFetcher(pub Arc<Keys>);

#[async_trait]
impl Worker for KeyFetcher {
    fn name(&self) -> &'static str {
        "gateway.keys"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.0
            .fetch()
            .await
            .map_err(|error| WorkerError::new("fetching the keys of access tokens", error))?;
        Ok(Progress::Idle)
    }

    async fn idle(&self) {
        tokio::time::sleep(REFRESH).await;
    }
}
