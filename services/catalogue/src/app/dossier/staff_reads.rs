//! One dossier for staff: where it stands and why it is due when it is, and what happened to it.

use city_auth::Staff;
use city_ids::DossierId;

use crate::app::App;
use crate::domain::dossier::Dossier;
use crate::error::{Error, fault};
use crate::store;

use super::clocks::calendar_of;
use super::scope::require_reader;
use super::staff_view::{DossierDetail, HistoryPage, HistoryRow};

/// Rows of one page of a history.
const HISTORY: i64 = 200;

/// One dossier without its answers.
///
/// # Errors
/// `NOT_FOUND`, `SCOPE`.
pub async fn staff_dossier(app: &App, who: &Staff, id: DossierId) -> Result<DossierDetail, Error> {
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let dossier = readable(app, who, id).await?;
    let results = store::dossier::result::list(&mut db, id).await?;
    let components = store::dossier::component::list(&mut db, id).await?;
    let calendar = calendar_of(&snapshot.registry, &dossier)?;
    DossierDetail::of(&dossier, &calendar, results, components, now)
}

/// What happened to a dossier, oldest first, and whether its chain holds so far.
///
/// # Errors
/// `NOT_FOUND`, `SCOPE`.
pub async fn staff_history(
    app: &App,
    who: &Staff,
    id: DossierId,
    after: i32,
) -> Result<HistoryPage, Error> {
    readable(app, who, id).await?;
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    // The chain holds or breaks as a whole, so it is checked from its first row, whatever page is shown.
    let all =
        store::dossier::event::list(&mut db, id, 0, i64::from(after.max(0)) + HISTORY).await?;
    let broken_at = store::dossier::event::check(id, &all).err().map(|broken| broken.seq);
    let shown = all.into_iter().filter(|row| row.seq > after).map(HistoryRow::of).collect();
    Ok(HistoryPage { items: shown, intact: broken_at.is_none(), broken_at })
}

async fn readable(app: &App, who: &Staff, id: DossierId) -> Result<Dossier, Error> {
    let snapshot = app.snapshots.get()?;
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let dossier = store::dossier::whole::find(&mut db, id).await?.ok_or(Error::NotFound)?;
    require_reader(who, &snapshot.registry, &dossier, app.clock.now())?;
    Ok(dossier)
}
