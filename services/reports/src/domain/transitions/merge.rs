//! Duplicates, and the reporter's own way out.

use city_clock::Timestamp;
use city_ids::ReportId;

use crate::domain::{
    Action, DropCause, EventKind, Facts, Refusal, Report, Reporter, Resume, State, WrongState,
};

use super::{Step, step};

impl Report {
    /// Submitted, owned → duplicate of `root`, which is locked too and open. A held report would resume to in progress.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::MergeTarget`] when `root` is this report or has ended.
    pub fn merge(
        self,
        root: &Self,
        due: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let from = self.state.name();
        let resume = match self.state {
            State::Submitted { proposed } => Resume::Submitted { proposed },
            State::Assigned(duty) => Resume::Assigned(duty),
            State::InProgress(duty) | State::OnHold { duty, .. } => Resume::InProgress(duty),
            State::Scheduled { duty, day } => Resume::Scheduled { duty, day },
            _ => return Err(self.wrong(Action::Merge).into()),
        };
        if root.facts.id == self.facts.id || !root.is_open() {
            return Err(Refusal::MergeTarget);
        }
        let facts = Facts { due_at: due, closed_at: Some(at), ..self.facts };
        let state = State::Duplicate { canonical: root.facts.id, resume };
        Ok(step(facts, from, state, EventKind::Merged { into: root.facts.code }, at))
    }

    /// Duplicate → where it was. Time as a duplicate is no stop: a staff error excuses no lateness.
    ///
    /// # Errors
    /// [`WrongState`].
    pub fn unmerge(self, at: Timestamp) -> Result<Step, WrongState> {
        let from = self.state.name();
        let State::Duplicate { resume, .. } = self.state else {
            return Err(self.wrong(Action::Unmerge));
        };
        Ok(step(
            Facts { closed_at: None, ..self.facts },
            from,
            resume.into(),
            EventKind::Unmerged,
            at,
        ))
    }

    /// Duplicate → duplicate of another root, because the former root was merged or its merge undone.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::MergeTarget`] when `root` is this report or a duplicate itself.
    pub fn follow_root(self, root: &Self, at: Timestamp) -> Result<Step, Refusal> {
        let from = self.state.name();
        let State::Duplicate { resume, .. } = self.state else {
            return Err(self.wrong(Action::FollowRoot).into());
        };
        if root.facts.id == self.facts.id || matches!(root.state, State::Duplicate { .. }) {
            return Err(Refusal::MergeTarget);
        }
        let state = State::Duplicate { canonical: root.facts.id, resume };
        Ok(step(self.facts, from, state, EventKind::Merged { into: root.facts.code }, at))
    }

    /// The report this one is a duplicate of.
    pub const fn canonical(&self) -> Option<ReportId> {
        match self.state {
            State::Duplicate { canonical, .. } => Some(canonical),
            _ => None,
        }
    }

    /// Submitted, assigned, awaiting from these → withdrawn. With followers it goes on without its reporter, and a
    /// question that nobody can answer any more is dropped.
    ///
    /// # Errors
    /// [`WrongState`].
    pub fn withdraw(self, due: Option<Timestamp>, at: Timestamp) -> Result<Step, WrongState> {
        let from = self.state.name();
        let agency = match &self.state {
            State::Submitted { .. }
            | State::AwaitingReporter { resume: Resume::Submitted { .. }, .. } => None,
            State::Assigned(duty)
            | State::AwaitingReporter { resume: Resume::Assigned(duty), .. } => {
                Some(duty.agency.clone())
            }
            _ => return Err(self.wrong(Action::Withdraw)),
        };
        if self.facts.follower_count == 0 {
            let facts = Facts { due_at: due, closed_at: Some(at), step_due_at: None, ..self.facts };
            return Ok(step(facts, from, State::Withdrawn { agency }, EventKind::Withdrawn, at));
        }
        let facts = Facts { reporter: Reporter::Nobody, ..self.facts };
        let detached = Self { facts, ..self };
        if let State::AwaitingReporter { .. } = detached.state {
            let kind = EventKind::QuestionDropped { cause: DropCause::ReporterGone };
            return detached.end_question(Action::Withdraw, kind, due, at);
        }
        Ok(step(detached.facts, from, detached.state, EventKind::Detached, at))
    }
}
