//! Changes that leave the state as it is: a person, a due, a level, a comment, what the public sees.

use city_clock::Timestamp;
use city_ids::AccountId;

use crate::domain::{
    Action, CategoryCode, Event, EventKind, Facts, Report, Reporter, Resolution, Resume, State,
    Visibility, WardCode, WrongState,
};

use super::{Step, step};

impl Report {
    /// Gives the report to a person of its agency, or to nobody: who left the agency is unassigned.
    ///
    /// # Errors
    /// [`WrongState`] while no agency has it.
    pub fn assign(
        mut self,
        assignee: Option<AccountId>,
        at: Timestamp,
    ) -> Result<Step, WrongState> {
        let (State::Assigned(duty)
        | State::InProgress(duty)
        | State::Scheduled { duty, .. }
        | State::OnHold { duty, .. }
        | State::PendingReview(Resolution { duty, .. })
        | State::AwaitingReporter {
            resume: Resume::Assigned(duty) | Resume::InProgress(duty),
            ..
        }) = &mut self.state
        else {
            return Err(self.wrong(Action::Assign));
        };
        duty.assignee = assignee;
        Ok(self.noted(EventKind::Assigned, at))
    }

    /// Another due: a new calendar, a new target.
    pub fn move_due(mut self, due: Option<Timestamp>, at: Timestamp) -> Step {
        let kind = EventKind::DueMoved { from: self.facts.due_at, to: due };
        self.facts.due_at = due;
        self.noted(kind, at)
    }

    /// Triage corrects category or ward; the due counts from the same anchor.
    pub fn reclassify(
        mut self,
        category: CategoryCode,
        ward: WardCode,
        due: Option<Timestamp>,
        at: Timestamp,
    ) -> Step {
        self.facts.category = category;
        self.facts.ward = ward;
        self.move_due(due, at)
    }

    /// An escalation level is reached.
    pub fn escalate(mut self, level: i16, at: Timestamp) -> Step {
        self.facts.escalation_level = level;
        self.noted(EventKind::Escalated { level }, at)
    }

    /// Somebody wrote something, or a photo became ready or failed: only the version grows.
    pub fn comment(self, visibility: Visibility, at: Timestamp) -> Step {
        self.noted(EventKind::Commented { visibility }, at)
    }

    pub fn photo_ready(self, at: Timestamp) -> Step {
        self.noted(EventKind::PhotoReady, at)
    }

    pub fn photo_failed(self, at: Timestamp) -> Step {
        self.noted(EventKind::PhotoFailed, at)
    }

    /// Takes it from every public read.
    pub fn hide(mut self, at: Timestamp) -> Step {
        self.facts.hidden_at = self.facts.hidden_at.or(Some(at));
        self.noted(EventKind::Hidden, at)
    }

    pub fn unhide(mut self, at: Timestamp) -> Step {
        self.facts.hidden_at = None;
        self.noted(EventKind::Unhidden, at)
    }

    /// Nobody is its reporter any more.
    pub fn anonymise(mut self, at: Timestamp) -> Step {
        self.facts.reporter = Reporter::Nobody;
        self.noted(EventKind::Anonymised, at)
    }

    /// Followers came or went; they change neither version nor clock.
    #[must_use]
    pub fn with_followers(self, follower_count: i32) -> Self {
        Self { facts: Facts { follower_count, ..self.facts }, ..self }
    }

    /// The report as an event of its present state.
    pub fn event(&self, kind: EventKind, at: Timestamp) -> Event {
        Event::of(self, kind, at)
    }

    fn noted(self, kind: EventKind, at: Timestamp) -> Step {
        let from = self.state.name();
        step(self.facts, from, self.state, kind, at)
    }
}
