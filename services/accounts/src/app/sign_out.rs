//! A person ends sessions of theirs.

use city_auth::Principal;
use city_contracts::accounts::{SignOut, SignOutScope, SignedOut};
use city_events::idempotency::{self, Claim};
use city_ids::{AccountId, SessionId};

use super::{App, commit, read_session};
use crate::domain::session::EndReason;
use crate::error::Error;
use crate::events;
use crate::store;
use crate::store::audit::Entry;

/// Signs out of this session, the others, or all. Idempotent by the key.
///
/// # Errors
/// `SignInRequired`, `KeyReused`.
#[tracing::instrument(name = "accounts.sign_out", skip_all)]
pub async fn sign_out(app: &App, who: &Principal, request: &SignOut) -> Result<SignedOut, Error> {
    let (Some(person), Some(session)) = (who.account, who.session) else {
        return Err(Error::SignInRequired);
    };
    let now = app.now();
    let mut tx = app.begin().await?;
    let claim =
        idempotency::claim(&mut tx, person, &request.idempotency_key, "sign_out", request, now)
            .await;
    let claim = match claim? {
        Claim::New(claim) => claim,
        Claim::Replay(first) => return Ok(first),
    };
    store::person::lock(&mut tx, person).await?;
    let elsewhere = EndReason::SignedOutElsewhere;
    let mut ended = match request.scope {
        SignOutScope::This => Vec::new(),
        SignOutScope::Others | SignOutScope::Everywhere => {
            store::session::end_all(&mut tx, person, Some(session), elsewhere, now).await?
        }
    };
    events::push_ended(&mut tx, &app.infra, &ended, elsewhere, now).await?;
    if request.scope != SignOutScope::Others {
        let this = store::session::end(&mut tx, session, EndReason::SignedOut, now).await?;
        events::push_ended(&mut tx, &app.infra, this.as_slice(), EndReason::SignedOut, now).await?;
        ended.extend(this);
    }
    if request.scope == SignOutScope::Everywhere {
        // Also refuses what a restored database would bring back.
        store::person::end_sessions_before(&mut tx, person, now).await?;
    }
    let entry = Entry {
        at: now,
        actor: Some(person),
        action: "session.sign_out",
        object: Some(session.to_string()),
        outcome: "OK",
    };
    store::audit::insert(&mut tx, entry).await?;
    let answer = SignedOut { ended: u32::try_from(ended.len()).unwrap_or(u32::MAX) };
    claim.record(&mut tx, &answer).await?;
    commit(tx).await?;
    let ended: Vec<_> = ended.iter().map(|ended| ended.session).collect();
    read_session::announce(app, &ended).await;
    Ok(answer)
}

/// Staff end the session they ask with. Idempotent: an ended one stays ended.
///
/// # Errors
/// Only faults.
#[tracing::instrument(name = "accounts.sign_out_staff", skip_all)]
pub async fn sign_out_staff(app: &App, person: AccountId, session: SessionId) -> Result<(), Error> {
    let now = app.now();
    let mut tx = app.begin().await?;
    store::person::lock(&mut tx, person).await?;
    let ended = store::session::end(&mut tx, session, EndReason::SignedOut, now).await?;
    events::push_ended(&mut tx, &app.infra, ended.as_slice(), EndReason::SignedOut, now).await?;
    if ended.is_some() {
        let object = Some(session.to_string());
        let entry = Entry {
            at: now,
            actor: Some(person),
            action: "session.sign_out",
            object,
            outcome: "OK",
        };
        store::audit::insert(&mut tx, entry).await?;
    }
    commit(tx).await?;
    read_session::announce(app, &[session]).await;
    Ok(())
}
