//! What happens to a report by itself, when one of its timers is due.

use city_ids::ReportId;

use crate::domain::{Action, Actor, Refusal, Step, TimerKind};
use crate::error::{Error, fault};
use crate::store;

use super::App;
use super::steps::{self, Taken};

/// Applies a due timer; false when somebody has the report locked, and it is looked at again later.
///
/// Idempotent: the timer goes in the same transaction, and a report that moved on in between is left as it is.
///
/// # Errors
/// Unavailable and internal only.
pub async fn act_by_itself(app: &App, id: ReportId, kind: TimerKind) -> Result<bool, Error> {
    let (now, reference) = (app.clock.now(), app.reference()?);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let Some(stored) = store::report::find_for_update_unless_locked(&mut tx, id).await? else {
        return Ok(false);
    };
    if !store::timer::take_due(&mut tx, id, kind, now).await? {
        return Ok(true); // moved or applied by another replica
    }
    let report = stored.report.clone();
    let due = |action| steps::due_after(&reference, &stored, action, now);
    let step: Option<Result<Step, Refusal>> = match kind {
        TimerKind::Close => Some(report.close(app.config.contest_window(), now)),
        TimerKind::HoldEnd => Some(report.resume(due(Action::Resume)?, now).map_err(Refusal::from)),
        TimerKind::AnswerEnd => Some(report.no_answer(due(Action::NoAnswer)?, now)),
        TimerKind::MapOff => {
            store::report::take_off_map(&mut tx, id).await?;
            None
        }
        // A reminder and an escalation change no state; nobody is told yet.
        TimerKind::Scheduled | TimerKind::Escalate => None,
    };
    match step {
        None => {}
        Some(Ok((after, step))) => {
            steps::write(app, &mut tx, &stored, &after, &[Taken::new(step, Actor::System)]).await?;
        }
        // The timer outlived its reason, or the window was made longer meanwhile: the report says which it wants.
        Some(Err(refusal)) => {
            tracing::warn!(report.id = %id, timer.kind = kind.as_str(), %refusal, "A timer came in vain");
            store::timer::replace(&mut tx, id, &stored.report.timers(app.config.contest_window()))
                .await?;
        }
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(true)
}
