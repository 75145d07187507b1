//! What happens by itself: late, due soon, a reminder, another calendar.

use city_calendar::Calendar;
use city_clock::{Timestamp, hue_day};
use serde_json::json;

use crate::domain::dossier::actor::Actor;
use crate::domain::dossier::event::{EventKind, Happening};
use crate::domain::dossier::refusal::Refusal;
use crate::domain::dossier::state::Dossier;
use crate::domain::dossier::status::ClockState;

use super::Step;

impl Dossier {
    /// Flagged late, once; none when the clock does not run, it is not late or was flagged before.
    pub fn flag_late(self, at: Timestamp) -> Option<Step> {
        let due = self.due_at.filter(|due| *due < at)?;
        if self.late_flagged_at.is_some() || self.status.clock() != ClockState::Running {
            return None;
        }
        let mut step = Step::begin(self);
        step.dossier.late_flagged_at = Some(at);
        step.record(Happening::new(EventKind::Late, Actor::City, at).with(json!({ "dueAt": due })));
        Some(step)
    }

    /// Its officer is warned, once for each due date.
    pub fn warn_due_soon(self, at: Timestamp) -> Option<Step> {
        let due = self.due_at.filter(|due| at <= *due)?;
        if self.due_soon_at.is_some() || self.status.clock() != ClockState::Running {
            return None;
        }
        let mut step = Step::begin(self);
        step.dossier.due_soon_at = Some(at);
        step.record(
            Happening::new(EventKind::DueSoon, Actor::City, at).with(json!({ "dueAt": due })),
        );
        Some(step)
    }

    /// The resident is reminded of the open round; none when there is none.
    pub fn remind(self, days_before: i32, at: Timestamp) -> Option<Step> {
        let round = self.open_round()?;
        let data = json!({
            "what": "DEADLINE", "round": round.no, "deadline": round.deadline, "daysBefore": days_before,
        });
        let mut step = Step::begin(self);
        step.record(Happening::new(EventKind::Reminder, Actor::City, at).with(data));
        Some(step)
    }

    /// Counted anew by another calendar version; ended ones keep their date.
    ///
    /// # Errors
    /// [`Refusal::Horizon`].
    pub fn recount(self, calendar: &Calendar, at: Timestamp) -> Result<Option<Step>, Refusal> {
        let version = i32::try_from(calendar.version()).unwrap_or(i32::MAX);
        let Some(timer) = self.timer().filter(|_| self.ended_at.is_none()) else { return Ok(None) };
        let due = timer.due(calendar)?;
        let mut step = Step::begin(self);
        let old = step.dossier.due_at;
        step.dossier.take_due(due);
        if let Some(term) = &mut step.dossier.term {
            term.calendar_version = version;
        }
        if step.dossier.due_at.is_none_or(|due| at <= due) {
            step.dossier.late_flagged_at = None;
        }
        let new = step.dossier.due_at;
        let moved = old.map(hue_day) != new.map(hue_day);
        step.record(
            Happening::new(EventKind::ClockRecalc, Actor::City, at)
                .with(json!({ "old": old, "new": new, "version": version, "moved": moved })),
        );
        Ok(Some(step))
    }
}
