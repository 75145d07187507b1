//! The officer's own steps: start, assign, stop, go on, close, apologise.

use chrono::NaiveDate;
use city_calendar::Calendar;
use city_clock::Timestamp;
use city_ids::AccountId;
use serde_json::json;

use crate::domain::dossier::actor::Actor;
use crate::domain::dossier::clock::SegmentKind;
use crate::domain::dossier::event::{EventKind, Happening};
use crate::domain::dossier::moves::Action;
use crate::domain::dossier::reason::{Note, Reason};
use crate::domain::dossier::refusal::Refusal;
use crate::domain::dossier::request::Closing;
use crate::domain::dossier::state::Dossier;

use super::Step;

impl Dossier {
    /// 2 → 4: somebody works on it.
    pub fn start(self, by: Actor, assignee: AccountId, at: Timestamp) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::Start, by, at)?;
        step.say(json!({ "assignee": assignee }), None);
        step.dossier.assignee = Some(assignee);
        Ok(step)
    }

    /// Given to an officer, whatever its status under way.
    pub fn assign(self, by: Actor, assignee: AccountId, at: Timestamp) -> Result<Step, Refusal> {
        self.require_under_way("assign")?;
        let mut step = Step::begin(self);
        step.record(
            Happening::new(EventKind::Assign, by, at).with(json!({ "assignee": assignee })),
        );
        step.dossier.assignee = Some(assignee);
        Ok(step)
    }

    /// Taken from an officer who may no longer act; none when it is nobody's.
    pub fn unassign(self, at: Timestamp) -> Option<Step> {
        let assignee = self.assignee.filter(|_| self.ended_at.is_none())?;
        let mut step = Step::begin(self);
        step.record(
            Happening::new(EventKind::Unassign, Actor::City, at)
                .with(json!({ "assignee": assignee })),
        );
        step.dossier.assignee = None;
        Some(step)
    }

    /// 2, 4, 5, 6 → 8: stopped for a reason; what was asked for is no longer.
    pub fn stop(
        self,
        by: Actor,
        reason: &Reason,
        resumable: bool,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::Stop, by, at)?;
        step.say(
            json!({ "reasons": [reason.code.as_str()], "resumable": resumable }),
            reason.text.as_ref().map(Note::as_str),
        );
        let dossier = &mut step.dossier;
        dossier.resumable = Some(resumable);
        dossier.close_round(at, Closing::Stopped);
        dossier.switch_clock(SegmentKind::Stop, at);
        dossier.settle_due(calendar)?;
        let cancelled = dossier.cancel_bills(by, at);
        step.record_all(cancelled);
        Ok(step)
    }

    /// 8 → 4: goes on.
    ///
    /// # Errors
    /// `NOT_RESUMABLE` for a stop that was declared final.
    pub fn resume(
        self,
        by: Actor,
        note: Option<&Note>,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let final_stop = self.resumable == Some(false);
        let mut step = Step::moved(self, Action::Resume, by, at)?;
        if final_stop {
            return Err(Refusal::NotResumable);
        }
        step.go_on(calendar, at)?;
        let due = step.dossier.due_at;
        step.say(json!({ "dueAt": due }), note.map(Note::as_str));
        Ok(step)
    }

    /// 8 → 3: closed by the lead, for a reason.
    pub fn close(self, by: Actor, reason: &Reason, at: Timestamp) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::Close, by, at)?;
        step.say(
            json!({ "reasons": [reason.code.as_str()] }),
            reason.text.as_ref().map(Note::as_str),
        );
        let cancelled = step.dossier.end(by, at);
        step.record_all(cancelled);
        Ok(step)
    }

    /// An apology with a promised day. It moves no due date.
    pub fn apologise(
        self,
        by: Actor,
        promised_on: NaiveDate,
        note: &Note,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        self.require_under_way("apologise")?;
        let mut step = Step::begin(self);
        step.record(
            Happening::new(EventKind::Apologise, by, at)
                .with(json!({ "promisedOn": promised_on }))
                .saying(Some(note.as_str())),
        );
        step.dossier.promised_on = Some(promised_on);
        Ok(step)
    }
}

impl Step {
    /// The stop is over at this instant, and the due date computed anew.
    pub(super) fn go_on(&mut self, calendar: &Calendar, at: Timestamp) -> Result<(), Refusal> {
        self.dossier.resumable = None;
        self.dossier.switch_clock(SegmentKind::Run, at);
        self.dossier.settle_due(calendar)
    }
}
