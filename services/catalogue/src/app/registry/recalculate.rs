//! Moves open dossiers to the newest version of their calendar, some at a time.

use city_boot::Progress;

use city_clock::Timestamp;
use city_events::outbox;
use sqlx::PgConnection;

use crate::app::App;
use crate::domain::dossier::{Dossier, Step};
use crate::error::{Error, broken, fault};
use crate::store::registry::calendar;
use crate::{events, store};

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
    let dossiers = store::dossier::whole::list_for_update(&mut tx, &ids).await?;
    let mut counted = Counted { seen: dossiers.len(), ..Counted::default() };
    for before in dossiers {
        let due = before.due_at;
        // It may have ended between the listing and the lock.
        if let Some(step) =
            before.recount(&newest, at).map_err(|error| broken("recalculating", error))?
        {
            counted.moved += usize::from(step.dossier.due_at != due);
            counted.steps.push(step);
        }
    }
    keep_all(app, &mut tx, &counted.steps, at).await?;
    let finished_at = ids.is_empty().then_some(at);
    let (seen, moved) = (number(counted.seen), number(counted.moved));
    calendar::advance_recalculation(&mut tx, &job, ids.last().copied(), (seen, moved), finished_at)
        .await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(Progress::Worked)
}

/// What counting some dossiers anew gave.
#[derive(Default)]
struct Counted {
    seen: usize,
    moved: usize,
    steps: Vec<Step>,
}

/// Writes the steps of many dossiers, a statement a table, and tells the world of those that moved by a day.
async fn keep_all(
    app: &App,
    db: &mut PgConnection,
    steps: &[Step],
    at: Timestamp,
) -> Result<(), Error> {
    if steps.is_empty() {
        return Ok(());
    }
    calendar::save_recounted(db, steps, at).await?;
    for step in steps {
        let after = Dossier { version: step.dossier.version + 1, ..step.dossier.clone() };
        for happening in &step.happenings {
            if let Some(event) = events::dossier::public(app.ids.next(at), happening, &after) {
                outbox::push(db, &event).await.map_err(fault("writing the outbox"))?;
            }
        }
    }
    Ok(())
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
