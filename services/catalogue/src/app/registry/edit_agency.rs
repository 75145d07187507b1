//! An editor writes an agency.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;

use super::announce::announce;
use super::edit_place::Written;
use super::input::{AgencyDraft, Checks};
use crate::app::App;
use crate::error::{Error, fault};
use crate::store::registry::{agency, publication};
use city_events::idempotency::{Claim, claim};

/// Writes the agency and publishes it. Idempotent by the key.
///
/// # Errors
/// [`Error::Input`], [`Error::PlaceFormer`], [`Error::PlaceUnknown`], [`Error::Stale`] when it is at another version or
/// exists already, [`Error::KeyReused`].
#[tracing::instrument(name = "registry.edit_agency", skip_all)]
pub async fn edit_agency(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    code: &str,
    draft: &AgencyDraft,
) -> Result<Written, Error> {
    let mut checks = Checks::default();
    draft.check(code, &mut checks);
    let snapshot = app.snapshots.get()?;
    if let Some(parent) = &draft.parent {
        let above = snapshot.registry.agency_chain(parent);
        let known = snapshot.registry.agency(parent).is_some();
        checks.require(known, "/parent", "UNKNOWN", "there is no such agency");
        checks.require(
            !above.contains(&code),
            "/parent",
            "CIRCLE",
            "an agency is not above itself",
        );
    }
    checks.done()?;
    let ward = draft.ward_code.as_deref();
    let place = ward.map(|code| snapshot.registry.ward_by_code(code, "/wardCode")).transpose()?;
    let place = place.map(|place| place.id.as_str());

    let at = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder =
        match claim(&mut tx, staff.account, key, "registry.edit_agency", &(code, draft), at).await?
        {
            Claim::Replay(first) => return Ok(first),
            Claim::New(recorder) => recorder,
        };
    let number = publication::bump(&mut tx, at).await?;
    let version = agency::write(&mut tx, code, draft, place, staff.account, number, at).await?;
    announce(app, &mut tx, number, at).await?;
    let written = Written { version, number };
    recorder.record(&mut tx, &written).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(written)
}
