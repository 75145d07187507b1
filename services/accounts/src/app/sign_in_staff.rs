//! Staff sign in with everything at once: e-mail address, password and the authenticator's code.

use city_auth::Sealed;
use city_clock::Timestamp;
use city_contracts::accounts::{StaffSignIn, Tokens};
use city_ids::AccountId;
use sqlx::PgConnection;

use super::open_session::open_session;
use super::signing_keys::Bearer;
use super::{App, commit, read_session};
use crate::domain::session::SessionKind;
use crate::domain::staff::{authenticator, matched_step};
use crate::error::Error;
use crate::store;
use crate::store::audit::Entry;
use crate::store::staff::Credential;

/// Signs a member of staff in.
///
/// # Errors
/// `CredentialsInvalid` for every cause alike, `Busy`.
#[tracing::instrument(name = "accounts.sign_in_staff", skip_all)]
pub async fn sign_in_staff(app: &App, request: &StaffSignIn) -> Result<Tokens, Error> {
    let found = find(app, &request.email).await?;
    // The slow part, outside any transaction and also for strangers and the locked: time tells nobody who exists.
    let hash =
        found.as_ref().map(|credential| (credential.password_phc.clone(), credential.key_id));
    let password_right = app.passwords.verify(&request.password, hash).await?;

    let now = app.now();
    let mut tx = app.begin().await?;
    let Some(known) = found else {
        audit(&mut tx, now, None, None, "CREDENTIALS_INVALID").await?;
        commit(tx).await?;
        return Err(Error::CredentialsInvalid);
    };
    store::staff::lock(&mut tx, known.person).await?;
    let current = store::staff::find(&mut tx, &request.email).await?;
    // A password changed since it was compared is not the one that was right.
    let unchanged = current.filter(|current| {
        current.password_phc == known.password_phc && current.person == known.person
    });
    let Some(credential) = unchanged else { return Err(Error::CredentialsInvalid) };
    if credential.misses.locked(now) || !credential.active {
        audit(&mut tx, now, Some(known.person), None, "LOCKED").await?;
        commit(tx).await?;
        return Err(Error::CredentialsInvalid);
    }
    let step = if password_right { step(app, &credential, &request.totp, now) } else { None };
    let Some(step) = step else {
        let missed = credential.misses.missed(now);
        store::staff::save(&mut tx, known.person, &missed, credential.totp_last_step).await?;
        audit(&mut tx, now, Some(known.person), None, "CREDENTIALS_INVALID").await?;
        commit(tx).await?;
        return Err(Error::CredentialsInvalid);
    };
    store::staff::save(&mut tx, known.person, &credential.misses.cleared(), step).await?;
    let opened = open_session(app, &mut tx, known.person, SessionKind::Staff, None, now).await?;
    audit(&mut tx, now, Some(known.person), Some(opened.session.to_string()), "OK").await?;
    commit(tx).await?;
    let ended: Vec<_> = opened.ended.iter().map(|ended| ended.session).collect();
    read_session::announce(app, &ended).await;
    let kind = SessionKind::Staff;
    let refresh_expires_at = now + kind.idle_life();
    app.signing_keys
        .tokens(Bearer {
            person: known.person,
            session: opened.session,
            kind,
            n: 1,
            refresh_expires_at,
        })
        .await
}

async fn find(app: &App, email: &str) -> Result<Option<Credential>, Error> {
    // PostgreSQL refuses NUL in a text; no address has one.
    if email.contains('\0') {
        return Ok(None);
    }
    store::staff::find(&mut *app.connection().await?, email).await
}

/// The authenticator's step, asked last: nobody learns by it whether a password is right.
fn step(app: &App, credential: &Credential, code: &str, now: Timestamp) -> Option<i64> {
    let row = credential.person.to_string();
    let secret = app.keyring.open(sealed_totp(&row), &credential.totp_sealed)?;
    matched_step(&authenticator(&secret)?, code, credential.totp_last_step, now)
}

/// Where an authenticator's secret is sealed to; `row` is the person's wire id.
pub(crate) fn sealed_totp(row: &str) -> Sealed<'_> {
    Sealed { table: "accounts.staff_credential", column: "totp_sealed", row }
}

async fn audit(
    db: &mut PgConnection,
    at: Timestamp,
    actor: Option<AccountId>,
    object: Option<String>,
    outcome: &str,
) -> Result<(), Error> {
    store::audit::insert(db, Entry { at, actor, action: "staff.sign_in", object, outcome }).await
}
