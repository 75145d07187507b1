//! The keys of accounts, with which a confirmation by PIN is verified.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::TimeDelta;
use city_auth::Principal;
use city_auth::Resident;
use city_auth::access::AccessKeys;
use city_auth::step_up::{Operation, OperationDigest, StepUpError};
use city_clients::{Accounts, Call, CallError};
use city_clock::{SharedClock, Timestamp};
use city_contracts::common::Locale;
use city_ids::ServiceName;
use tokio::sync::Mutex;

use crate::error::Error;

/// An invented key name makes us ask accounts at most this often.
const BETWEEN_FETCHES: TimeDelta = TimeDelta::seconds(10);
/// How long a payment waits for the keys.
const PATIENCE: Duration = Duration::from_secs(1);

/// The keys known now; none until accounts has answered once. While accounts is away, those known go on counting.
#[derive(Debug)]
pub struct StepUpKeys {
    accounts: Accounts,
    clock: SharedClock,
    known: RwLock<Option<Arc<AccessKeys>>>,
    last_fetch: Mutex<Option<Timestamp>>, // held while they are asked for
}

impl StepUpKeys {
    /// No keys yet.
    pub fn new(accounts: Accounts, clock: SharedClock) -> Self {
        Self { accounts, clock, known: RwLock::default(), last_fetch: Mutex::default() }
    }

    /// Verifies that a token confirms exactly this operation of this resident.
    ///
    /// # Errors
    /// `StepUpRequired`, `StepUpExpired`, `StepUpMismatch`; `Away` while no keys are known.
    pub async fn verify(
        &self,
        token: Option<&str>,
        who: &Resident,
        name: &str,
        digest: OperationDigest,
    ) -> Result<(), Error> {
        let token = token.ok_or(Error::StepUpRequired)?;
        let session = who.principal.session.ok_or(Error::StepUpMismatch)?;
        let keys = self.for_token(token).await?;
        let (audience, account) = (ServiceName::Payments, who.account);
        let operation = Operation { audience, account, session, name, digest };
        match keys.verify_step_up(token, &operation, self.clock.now()) {
            Ok(_) => Ok(()),
            Err(StepUpError::Expired) => Err(Error::StepUpExpired),
            Err(StepUpError::Mismatch) => Err(Error::StepUpMismatch),
        }
    }

    /// Fetches the keys.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn fetch(&self) -> Result<(), CallError> {
        let call = Call::new(Principal::service(ServiceName::Payments), Locale::Vi, PATIENCE);
        let keys = AccessKeys::from_jwks(&self.accounts.jwks(&call).await?);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(keys));
        Ok(())
    }

    fn known(&self) -> Option<Arc<AccessKeys>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The keys known now, if the one that this token names is among them.
    fn knowing(&self, token: &str) -> Option<Arc<AccessKeys>> {
        self.known().filter(|keys| keys.knows(token))
    }

    /// The keys to verify this token with, asked for again if it names one that is not among them. Whoever comes while they
    /// are asked for waits for the same answer.
    async fn for_token(&self, token: &str) -> Result<Arc<AccessKeys>, Error> {
        if let Some(keys) = self.knowing(token) {
            return Ok(keys);
        }
        let mut last = self.last_fetch.lock().await;
        let now = self.clock.now();
        let due = last.is_none_or(|at| (now - at).abs() >= BETWEEN_FETCHES);
        let mut away = None;
        if due && self.knowing(token).is_none() {
            *last = Some(now);
            away = self.fetch().await.err();
        }
        let doing = "reading the keys of confirmations";
        self.known().ok_or_else(|| {
            let source = away.map_or_else(|| "not asked again yet".into(), Into::into);
            Error::Away { doing, source }
        })
    }
}
