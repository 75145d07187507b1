//! What merchants and billers were told long ago is forgotten.

use crate::app::App;
use crate::error::{Error, fault};
use crate::store;

/// Events that one step forgets at most.
const MOST: i64 = 1_000;

/// Forgets some events that are older than they are kept, with their deliveries; false when there are none. An event that
/// still waits for an endpoint is kept until it was heard or given up. Up to which number somebody's are forgotten is kept.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn forget_some_events(app: &App) -> Result<bool, Error> {
    let before = app.clock.now() - app.events_kept;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let old = store::payee_event::lock_old(&mut tx, before, MOST).await?;
    let forgotten = store::payee_event::forget(&mut tx, &old).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(forgotten > 0)
}
