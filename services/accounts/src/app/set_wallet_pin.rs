//! A resident sets the PIN with which they confirm payments.

use city_auth::{KeyName, Resident};
use city_clock::Timestamp;
use city_contracts::accounts::{SetWalletPin, ViewerView};
use city_events::idempotency::{self, Claim};
use sqlx::{Postgres, Transaction};

use super::check_pin::{Checked, check_pin};
use super::view_person::view;
use super::{App, commit, read_session};
use crate::domain::Flaw;
use crate::domain::pin::{Pin, PinError};
use crate::domain::session::NEW_DEVICE_HOLD;
use crate::error::Error;
use crate::store;
use crate::store::audit::Entry;

/// Sets or resets the PIN. A reset holds money back for a day, since it may not be its owner who resets. Idempotent by the
/// key, for whoever types the same PIN again.
///
/// # Errors
/// `ReauthRequired`, `Invalid`, `KeyReused`, `PinLocked`.
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
    let caller = person.to_string();
    let claim = &request.idempotency_key;
    // Without the PIN: a key that tells one PIN from another would compare it uncounted.
    let claim = idempotency::claim(&mut tx, &caller, claim, "set_wallet_pin", &(), now).await;
    let claim = match claim? {
        Claim::New(claim) => claim,
        Claim::Replay(()) => return repeat(app, tx, who, &request.pin, now).await,
    };
    store::person::lock(&mut tx, person).await?;
    let found = store::person::find(&mut tx, person).await?.ok_or(Error::PersonNotFound)?;
    let pin = Pin::choose(&request.pin, found.phone.as_ref()).map_err(refused)?;
    let key = app.keyring.newest(KeyName::Pin);
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

/// Answers a key that set a PIN before. To type that PIN again is a try like any other: else whoever stole a session could
/// find it out, where a reset would make them wait for a day.
async fn repeat(
    app: &App,
    mut tx: Transaction<'static, Postgres>,
    who: &Resident,
    typed: &str,
    now: Timestamp,
) -> Result<ViewerView, Error> {
    let person = who.account;
    let pin = Pin::parse(typed).map_err(refused)?;
    let (refusal, outcome) = match check_pin(app, &mut tx, person, &pin).await? {
        Checked::Right => {
            let viewer = view(&mut tx, person).await?;
            commit(tx).await?;
            return Ok(viewer);
        }
        Checked::Wrong { .. } => (Error::KeyReused, "PIN_WRONG"),
        Checked::Locked => (Error::PinLocked, "PIN_LOCKED"),
    };
    let entry = Entry { at: now, actor: Some(person), action: "pin.set", object: None, outcome };
    store::audit::insert(&mut tx, entry).await?;
    commit(tx).await?; // also a miss is committed
    Err(refusal)
}

fn refused(error: PinError) -> Error {
    Error::Invalid(vec![match error {
        PinError::Shape => Flaw::new("/pin", "PIN_SHAPE", "a PIN is six digits"),
        PinError::Weak => Flaw::new("/pin", "PIN_WEAK", "choose one that is harder to guess"),
    }])
}
