//! A resident sets the PIN with which they confirm payments.

use city_auth::{KeyName, Resident};
use city_contracts::accounts::{SetWalletPin, ViewerView};
use city_events::idempotency::{self, Claim};

use super::view_person::view;
use super::{App, commit, read_session};
use crate::domain::Flaw;
use crate::domain::pin::{Pin, PinError};
use crate::domain::session::NEW_DEVICE_HOLD;
use crate::error::Error;
use crate::store;
use crate::store::audit::Entry;

/// Sets or resets the PIN. A reset holds money back for a day, since it may not be its owner who resets. Idempotent by the
/// key.
///
/// # Errors
/// `ReauthRequired`, `Invalid`, `KeyReused`.
#[tracing::instrument(name = "accounts.set_wallet_pin", skip_all)]
pub async fn set_wallet_pin(
    app: &App,
    who: &Resident,
    request: &SetWalletPin,
) -> Result<ViewerView, Error> {
    let now = app.now();
    let person = who.account;
    if !who.principal.is_recent(now) {
        return Err(Error::ReauthRequired);
    }
    let mut tx = app.begin().await?;
    let key = app.keyring.newest(KeyName::Pin);
    // Six digits could be guessed from a digest, so they go in under a key.
    let asked = key.mac(&[b"set", request.pin.as_bytes()]);
    let caller = person.to_string();
    let claim = &request.idempotency_key;
    let claim = idempotency::claim(&mut tx, &caller, claim, "set_wallet_pin", &asked, now).await;
    let claim = match claim? {
        Claim::New(claim) => claim,
        Claim::Replay(()) => return view(&mut tx, person).await,
    };
    store::person::lock(&mut tx, person).await?;
    let found = store::person::find(&mut tx, person).await?.ok_or(Error::PersonNotFound)?;
    let pin = Pin::choose(&request.pin, found.phone.as_ref()).map_err(|error| {
        Error::Invalid(vec![match error {
            PinError::Shape => Flaw::new("/pin", "PIN_SHAPE", "a PIN is six digits"),
            PinError::Weak => Flaw::new("/pin", "PIN_WEAK", "choose one that is harder to guess"),
        }])
    })?;
    let replaced = store::pin::set(&mut tx, person, &pin.mac(key, person), key.kid(), now).await?;
    let mut changed = Vec::new();
    if replaced {
        store::person::hold_back(&mut tx, person, now + NEW_DEVICE_HOLD).await?;
        changed = store::session::list_live(&mut tx, person, now).await?;
    }
    let action = if replaced { "pin.reset" } else { "pin.set" };
    let entry = Entry { at: now, actor: Some(person), action, object: None, outcome: "OK" };
    store::audit::insert(&mut tx, entry).await?;
    claim.record(&mut tx, &()).await?;
    let answer = view(&mut tx, person).await?;
    commit(tx).await?;
    read_session::announce(app, &changed).await;
    Ok(answer)
}
