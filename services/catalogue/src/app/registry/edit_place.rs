//! An editor writes a ward or commune of today: its names, its middle, its boundary.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::announce::announce;
use super::input::{Checks, PlaceDraft};
use crate::app::App;
use crate::error::{Error, fault};
use crate::store::registry::{place, publication};
use city_events::idempotency::{Claim, claim};

/// What was written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Written {
    /// The version it is at now.
    pub version: i32,
    /// The publication that shows it.
    pub number: i64,
}

/// Writes the unit and publishes it. Idempotent by the key.
///
/// # Errors
/// [`Error::Input`], [`Error::Stale`] when it is at another version or exists already, [`Error::KeyReused`].
#[tracing::instrument(name = "registry.edit_place", skip_all)]
pub async fn edit_place(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    draft: &PlaceDraft,
) -> Result<Written, Error> {
    let mut checks = Checks::default();
    draft.check("", &mut checks);
    checks.done()?;
    let at = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder =
        match claim(&mut tx, staff.account, key, "registry.edit_place", draft, at).await? {
            Claim::Replay(first) => return Ok(first),
            Claim::New(recorder) => recorder,
        };
    let number = publication::bump(&mut tx, at).await?;
    let version = place::write(&mut tx, draft, staff.account, number, at).await?;
    announce(app, &mut tx, number, at).await?;
    let written = Written { version, number };
    recorder.record(&mut tx, &written).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(written)
}
