//! The gateway has verified access tokens: their bearers have received the refresh tokens that came with them.

use city_contracts::accounts::SessionSeen;

use super::App;
use crate::domain::Flaw;
use crate::error::Error;
use crate::store;

const BATCH: usize = 1_000;

/// Notes which refresh numbers were received. Idempotent; numbers of unknown sessions are passed over.
///
/// # Errors
/// `Invalid` for a batch that is too large.
pub async fn mark_seen(app: &App, seen: &[SessionSeen]) -> Result<(), Error> {
    if seen.len() > BATCH {
        return Err(Error::Invalid(vec![Flaw::new("", "TOO_MANY", "send at most 1,000 entries")]));
    }
    if seen.is_empty() {
        return Ok(());
    }
    store::session::mark_seen(&mut *app.connection().await?, seen).await
}
