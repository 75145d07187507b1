//! The timers of dossiers. Each effect is marked in its own transaction, so it happens once.

use city_clock::{Timestamp, hue_day};
use city_ids::DossierId;

use crate::app::App;
use crate::domain::dossier::{Dossier, Step};
use crate::error::{Error, fault};
use crate::store;

use super::clocks::CITY_CALENDAR;
use super::keep::keep;

/// Dossiers in one step.
const BATCH: i64 = 100;
/// Working days before a round's deadline on which its reader is reminded.
const REMINDED_BEFORE: i32 = 3;

/// Flags dossiers that are past their deadline. Returns how many.
pub async fn flag_late(app: &App) -> Result<usize, Error> {
    let now = app.clock.now();
    let late = {
        let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
        store::dossier::timer::list_late(&mut db, now, BATCH).await?
    };
    each(app, late, now, |dossier| dossier.flag_late(now)).await
}

/// Warns about dossiers that are due within one working day. Returns how many.
pub async fn warn_due_soon(app: &App) -> Result<usize, Error> {
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let published = snapshot.registry.current_calendar(CITY_CALENDAR).ok_or(Error::NotReady)?;
    let today = hue_day(now);
    let tomorrow = published.calendar.shift(today, 1).unwrap_or(today);
    let until = published.calendar.close(tomorrow);
    let soon = {
        let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
        store::dossier::timer::list_due_soon(&mut db, now, until, BATCH).await?
    };
    each(app, soon, now, |dossier| dossier.warn_due_soon(now)).await
}

/// Reminds residents of rounds near their deadline: three working days before, and on the day. Returns how many.
pub async fn remind(app: &App) -> Result<usize, Error> {
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let published = snapshot.registry.current_calendar(CITY_CALENDAR).ok_or(Error::NotReady)?;
    let today = hue_day(now);
    let soon = published.calendar.shift(today, REMINDED_BEFORE).unwrap_or(today);
    let rounds = {
        let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
        store::dossier::request::list_unreminded(&mut db, today, soon, BATCH).await?
    };
    let mut reminded = 0;
    for (id, round, deadline) in rounds {
        let on_the_day = deadline == today;
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        let found = store::dossier::whole::find_for_update(&mut tx, id).await?;
        let marked =
            store::dossier::request::mark_reminded(&mut tx, id, round, on_the_day, now).await?;
        let days = if on_the_day { 0 } else { REMINDED_BEFORE };
        if let Some(before) = found.filter(|_| marked)
            && let Some(step) = before.clone().remind(days, now)
        {
            keep(app, &mut tx, &before, &step, now).await?;
            reminded += 1;
        }
        tx.commit().await.map_err(fault("committing"))?;
    }
    Ok(reminded)
}

/// Takes one step of each dossier in a transaction of its own; what no longer applies is left alone.
async fn each(
    app: &App,
    ids: Vec<DossierId>,
    now: Timestamp,
    step: impl Fn(Dossier) -> Option<Step>,
) -> Result<usize, Error> {
    let mut done = 0;
    for id in ids {
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        let found = store::dossier::whole::find_for_update(&mut tx, id).await?;
        if let Some(before) = found
            && let Some(step) = step(before.clone())
        {
            keep(app, &mut tx, &before, &step, now).await?;
            done += 1;
        }
        tx.commit().await.map_err(fault("committing"))?;
    }
    Ok(done)
}
