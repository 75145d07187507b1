//! Moves open dossiers to the newest version of their calendar, some at a time.

use city_boot::Progress;

use crate::app::App;
use crate::app::dossier::keep;
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::registry::calendar;

/// Dossiers in one transaction.
pub const BATCH: i64 = 500;

/// One step of the oldest unfinished recalculation: at most `batch` dossiers in one transaction, which also remembers how far
/// it went. Killed halfway it goes on from there, and each dossier is moved once: one that counts by the new version already
/// is not listed again.
///
/// # Errors
/// Unavailable when the database is away; a calendar that cannot be read is a fault.
pub async fn recalculate(app: &App, batch: i64) -> Result<Progress, Error> {
    let at = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let Some(job) = calendar::take_recalculation(&mut tx).await? else { return Ok(Progress::Idle) };
    let newest = calendar::current(&mut tx, &job.code).await?;
    let newest =
        newest.ok_or_else(|| broken("recalculating", "a recalculation without a calendar"))?;
    // A newer version has a recalculation of its own that moves every dossier, so this one has nothing left to do.
    let overtaken = i32::try_from(newest.version()).unwrap_or(i32::MAX) > job.version;
    let ids = if overtaken {
        Vec::new()
    } else {
        calendar::list_dossiers(&mut tx, &job.code, job.version, job.after_id, batch).await?
    };
    let (mut seen, mut moved) = (0, 0);
    for dossier in store::dossier::dossier::list_for_update(&mut tx, &ids).await? {
        seen += 1;
        let before = dossier.clone();
        // It may have ended between the listing and the lock.
        let Some(step) =
            dossier.recount(&newest, at).map_err(|error| broken("recalculating", error))?
        else {
            continue;
        };
        moved += i64::from(step.dossier.due_at != before.due_at);
        keep(app, &mut tx, &before, &step, at).await?;
    }
    let finished_at = ids.is_empty().then_some(at);
    calendar::advance_recalculation(&mut tx, &job, ids.last().copied(), (seen, moved), finished_at)
        .await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(Progress::Worked)
}
