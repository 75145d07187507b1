//! Changes that leave the state as it is: a person, a comment, a photo, whose it is.

use city_clock::Timestamp;
use city_ids::AccountId;

use crate::domain::{
    Action, EventKind, Facts, Report, Reporter, Resolution, Resume, State, Visibility, WrongState,
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

    fn noted(self, kind: EventKind, at: Timestamp) -> Step {
        let from = self.state.name();
        step(self.facts, from, self.state, kind, at)
    }
}
