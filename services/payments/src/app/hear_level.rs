//! A person's identity is proven better, or no longer as well: the limits of their wallet follow.

use city_contracts::accounts::IdentityLevelChanged;
use city_events::{Handled, inbox};
use city_ids::EventId;

use super::App;
use crate::error::{Error, fault};
use crate::store;

/// The wallet's level becomes the person's. Idempotent: claims the event.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn hear_level(
    app: &App,
    consumer: &str,
    event: EventId,
    said: IdentityLevelChanged,
) -> Result<Handled, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if !inbox::claim(&mut tx, consumer, event, now).await.map_err(fault("claiming an event"))? {
        return Ok(Handled::Before);
    }
    let level = i16::from(said.level.min(2)); // what is beyond is as good here
    store::wallet::set_level(&mut tx, said.account, level).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(Handled::Now)
}
