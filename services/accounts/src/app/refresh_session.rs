//! The next pair of tokens for a refresh token. Its own idempotency key: the same token gets the same successor.

use city_contracts::accounts::Tokens;

use super::signing_keys::Bearer;
use super::{App, commit, read_session};
use crate::domain::refresh::{RefreshToken, Verdict};
use crate::domain::session::{EndReason, SessionKind};
use crate::error::Error;
use crate::events;
use crate::store;
use crate::store::audit::Entry;
use crate::store::session::StoredSession;

/// Reads again after losing a race; each loss means that somebody else made progress.
const RACES: usize = 5;

/// Gives the tokens that follow a refresh token, for sessions of these kinds.
///
/// # Errors
/// `TokenInvalid`, `SessionEnded`.
#[tracing::instrument(name = "accounts.refresh_session", skip_all)]
pub async fn refresh_session(app: &App, raw: &str, kinds: &[SessionKind]) -> Result<Tokens, Error> {
    let token = RefreshToken::parse(raw, &app.keyring).ok_or(Error::TokenInvalid)?;
    for _ in 0..RACES {
        if let Some(bearer) = rotate(app, token, kinds).await? {
            return app.signing_keys.tokens(bearer).await;
        }
        let session = read(app, token).await?;
        if !kinds.contains(&session.kind) {
            return Err(Error::TokenInvalid);
        }
        if let Some(reason) = session.life.over(app.now()) {
            return Err(Error::SessionEnded(reason));
        }
        match session.rotation.judge(token.n, app.now()) {
            Verdict::Rotate => {} // somebody else's change is in between: once more
            Verdict::Again => return app.signing_keys.tokens(present(&session)).await,
            Verdict::Heal => {
                if heal(app, &session).await? {
                    return app.signing_keys.tokens(present(&session)).await;
                }
            }
            Verdict::Reuse => return end(app, &session, EndReason::RefreshReuse).await,
            Verdict::AheadOfDatabase => {
                return end(app, &session, EndReason::DatabaseRestored).await;
            }
        }
    }
    Err(Error::Unavailable { doing: "refreshing a session", source: "it keeps changing".into() })
}

async fn rotate(
    app: &App,
    token: RefreshToken,
    kinds: &[SessionKind],
) -> Result<Option<Bearer>, Error> {
    let now = app.now();
    let mut db = app.connection().await?;
    let Some(rotated) = store::session::rotate(&mut db, token.session, token.n, kinds, now).await?
    else {
        return Ok(None);
    };
    if rotated.first_today {
        store::person::touch(&mut db, rotated.person, now).await?;
    }
    Ok(Some(Bearer {
        person: rotated.person,
        session: token.session,
        kind: rotated.kind,
        n: token.n + 1,
        refresh_expires_at: rotated.refresh_expires_at,
    }))
}

async fn read(app: &App, token: RefreshToken) -> Result<StoredSession, Error> {
    let found = store::session::find(&mut *app.connection().await?, token.session).await?;
    found.ok_or(Error::SessionEnded(EndReason::Unknown))
}

async fn heal(app: &App, session: &StoredSession) -> Result<bool, Error> {
    store::session::heal(&mut *app.connection().await?, session.id, session.rotation.n, app.now())
        .await
}

fn present(session: &StoredSession) -> Bearer {
    Bearer {
        person: session.person,
        session: session.id,
        kind: session.kind,
        n: session.rotation.n,
        refresh_expires_at: session.refresh_expires_at(),
    }
}

/// Ends this session and no other: of its two holders one is not its owner, and nobody can tell which.
async fn end(app: &App, session: &StoredSession, reason: EndReason) -> Result<Tokens, Error> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let ended = store::session::end(&mut tx, session.id, reason, now).await?;
    if ended.is_some() {
        let (person, id) = (session.person, Some(session.id));
        events::push_ended(&mut tx, &app.infra, ended.as_slice(), reason, now).await?;
        if reason == EndReason::RefreshReuse {
            events::push(
                &mut tx,
                &app.infra,
                events::REFRESH_REUSE_DETECTED,
                now,
                person,
                id,
                None,
            )
            .await?;
        }
        let object = Some(session.id.to_string());
        let entry = Entry {
            at: now,
            actor: Some(person),
            action: "session.refresh",
            object,
            outcome: reason.code(),
        };
        store::audit::insert(&mut tx, entry).await?;
        commit(tx).await?;
        read_session::announce(app, &[session.id]).await;
    }
    Err(Error::SessionEnded(reason))
}
