//! Whose system calls.

use std::sync::Arc;

use city_ids::ApiKeyId;

use super::calls::Calls;
use super::keys::place;
use crate::app::App;
use crate::domain::owner::Owner;
use crate::domain::signature::{BadSignature, Given, Running};
use crate::error::{Error, broken};
use crate::store;

/// What is known of a call before its body has come.
#[derive(Debug, Clone, Copy)]
pub struct CallHead<'a> {
    /// The header `City-Key`.
    pub key: &'a str,
    /// The header `City-Signature`.
    pub signature: &'a str,
    /// What limits by address count it by; empty when nobody says.
    pub address: &'a str,
    pub method: &'a str,
    /// As it was asked for, byte by byte.
    pub path_and_query: &'a str,
}

/// Whose key signed a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    pub key: ApiKeyId,
    pub owner: Owner,
}

/// A call whose body is on its way: whose key it names, and the signature over what has come. One that is not finished, because
/// it broke off or was given up, counts as one that was not signed.
pub struct Arriving {
    calls: Arc<Calls>,
    address: String,
    named: String,
    caller: Caller,
    given: Given,
    /// None once all of it has come.
    running: Option<Running>,
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.calls.broke_off(&self.address, &self.named);
        }
    }
}

/// Whether a call is looked at at all, before its body is read: not when too many were signed badly.
///
/// # Errors
/// `RateLimited`.
pub async fn admit_call(app: &App, head: CallHead<'_>) -> Result<(), Error> {
    app.calls.admit(head.address, head.key).await
}

/// Whose key signed a call. An unknown key, one that was revoked and a wrong signature are refused alike, and counted.
///
/// # Errors
/// `SignatureInvalid`, `SignatureTime`; `RateLimited` for more calls of a key than there may be.
pub async fn verify_call(app: &App, head: CallHead<'_>, body: &[u8]) -> Result<Caller, Error> {
    let mut arriving = begin_call(app, head).await?;
    arriving.update(body);
    arriving.finish(app).await
}

/// Begins to verify a call. Who it is from is only claimed until all of it has come.
///
/// # Errors
/// `SignatureInvalid`.
pub async fn begin_call(app: &App, head: CallHead<'_>) -> Result<Arriving, Error> {
    // What has no shape costs no lookup.
    let (Ok(id), Ok(given)) = (ApiKeyId::parse(head.key), Given::parse(head.signature)) else {
        return Err(refused(app, head).await);
    };
    let live = store::api_key::find_live(&mut *app.connection().await?, id).await?;
    let Some(live) = live else { return Err(refused(app, head).await) };
    let secret = app.keyring.open(place(&id.to_string()), &live.sealed);
    let secret = secret.ok_or_else(|| broken("opening a key", format!("{id} does not open")))?;
    let running = given.begin(&secret, head.method, head.path_and_query);
    let (address, named) = (head.address.to_owned(), head.key.to_owned());
    let caller = Caller { key: id, owner: live.owner };
    let (calls, running) = (app.calls.clone(), Some(running));
    Ok(Arriving { calls, address, named, caller, given, running })
}

async fn refused(app: &App, head: CallHead<'_>) -> Error {
    app.calls.failed(head.address, head.key).await;
    Error::SignatureInvalid
}

impl Arriving {
    /// Whose key the call names: not proven.
    pub const fn claimed(&self) -> Caller {
        self.caller
    }

    /// More of the body has come.
    pub fn update(&mut self, bytes: &[u8]) {
        if let Some(running) = &mut self.running {
            running.update(bytes);
        }
    }

    /// All of it has come.
    ///
    /// # Errors
    /// As [`verify_call`].
    pub async fn finish(mut self, app: &App) -> Result<Caller, Error> {
        let now = app.clock.now();
        let running = self.running.take().ok_or(Error::SignatureInvalid)?;
        if let Err(bad) = running.finish(&self.given, now.timestamp()) {
            self.calls.failed(&self.address, &self.named).await;
            return Err(match bad {
                BadSignature::Wrong => Error::SignatureInvalid,
                BadSignature::OutOfTime => Error::SignatureTime { now },
            });
        }
        self.calls.signed(&self.address, &self.named).await?;
        Ok(self.caller)
    }
}
