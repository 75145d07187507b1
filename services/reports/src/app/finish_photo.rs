//! A photo ends: its row, the report's timeline and the event commit together.

use chrono::TimeDelta;

use crate::domain::Actor;
use crate::error::{Error, fault};
use crate::store;
use crate::store::photo_work::{End, Job};

use super::App;
use super::steps::{self, Taken};

/// A signed PUT may still be good when the photo ends; afterwards whatever came is swept.
const SWEEP_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Writes how a photo ended; false when its lease had ended before and another worker has it. Idempotent by the attempt.
///
/// # Errors
/// Unavailable while the database is away; nothing is written then.
pub async fn finish_photo(app: &App, job: &Job, end: &End) -> Result<bool, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    // The report first, as everybody else who locks both.
    let stored =
        store::report::find_for_update(&mut tx, job.report).await?.ok_or(Error::ReportNotFound)?;
    if !store::photo_work::finish(&mut tx, job, end, now + SWEEP_AFTER).await? {
        return Ok(false);
    }
    let report = stored.report.clone();
    let (report, step) = match end {
        End::Ready { .. } => report.photo_ready(now),
        End::Refused(_) | End::Missing => report.photo_failed(now),
    };
    steps::write(app, &mut tx, &stored, &report, &[Taken::new(step, Actor::System)]).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(true)
}
