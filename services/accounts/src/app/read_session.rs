//! The record of a session, for the gateway.

use city_auth::session::{SessionRecord, SessionStatus};
use city_ids::SessionId;

use super::App;
use crate::error::Error;
use crate::store;

/// The record of a session, also of one that ended.
///
/// # Errors
/// `SessionNotFound`.
pub async fn read_session(app: &App, id: SessionId) -> Result<SessionRecord, Error> {
    let (record, is_final) = find(app, id).await?.ok_or(Error::SessionNotFound)?;
    // An end by time is not written down, so the record could still be outrun by a refresh that was a moment earlier.
    if (record.status == SessionStatus::Active || is_final)
        && let Err(error) = app.sessions.write(&record).await
    {
        tracing::debug!(error = %error, "The session record was not cached");
    }
    Ok(record)
}

/// Tells the gateways how sessions now stand. After the commit of what changed them; a failure changes nothing, and the first
/// one is the last try: with Redis away, each would cost its patience, and the events repeat them all.
pub(crate) async fn announce(app: &App, ids: &[SessionId]) {
    for id in ids {
        if let Err(error) = announce_one(app, *id).await {
            tracing::info!(session.id = %id, error, "Session {id} and those after it will be announced by their events");
            return;
        }
    }
}

async fn announce_one(app: &App, id: SessionId) -> Result<(), String> {
    let found = find(app, id).await.map_err(|error| city_http::chain(&error))?;
    let Some((record, _)) = found else { return Ok(()) };
    app.sessions.announce(&record).await.map_err(|error| error.to_string())
}

/// The record as PostgreSQL has it, with whether its end is written.
pub(crate) async fn find(app: &App, id: SessionId) -> Result<Option<(SessionRecord, bool)>, Error> {
    let mut db = app.connection().await?;
    store::session::record(&mut db, id, app.now()).await
}
