//! The agency's answer, and the review of it where the category asks for one.

use city_clock::Timestamp;
use city_ids::AccountId;

use crate::domain::{
    Action, EventKind, Evidence, Facts, Outcome, Refusal, Report, Resolution, ResultText, State,
    WrongState,
};

use super::{Step, step};

/// Whether a coordinator looks at a result before it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    NotNeeded,
    Needed {
        /// By when the coordinator decides.
        by: Option<Timestamp>,
    },
}

impl Report {
    /// Owned → resolved, an outcome; or → pending review. The agency's own clock ends here in both.
    ///
    /// # Errors
    /// [`WrongState`].
    pub fn resolve(
        self,
        resolver: AccountId,
        result: ResultText,
        evidence: Evidence,
        review: Review,
        due: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Step, WrongState> {
        let from = self.state.name();
        let (facts, duty) = self.into_owned(Action::Resolve)?;
        let resolution = Resolution { duty, resolver, result };
        let facts = Facts { due_at: due, ..facts }.answered(at);
        let proximity = evidence.proximity();
        Ok(match review {
            Review::NotNeeded => {
                let kind = EventKind::Resolved { proximity: Some(proximity) };
                step(
                    facts.ended(Outcome::Resolved, at),
                    from,
                    State::Resolved(resolution),
                    kind,
                    at,
                )
            }
            Review::Needed { by } => {
                let facts = Facts { step_due_at: by, ..facts };
                let kind = EventKind::ReviewRequested { proximity };
                step(facts, from, State::PendingReview(resolution), kind, at)
            }
        })
    }

    /// Pending review → resolved, an outcome; the answer stays when it was given.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::TwoPersons`] for the resolver.
    pub fn approve(self, coordinator: AccountId, at: Timestamp) -> Result<Step, Refusal> {
        let from = self.state.name();
        let (facts, resolution) = self.into_reviewed(coordinator, Action::Approve)?;
        let kind = EventKind::Resolved { proximity: None };
        Ok(step(facts.ended(Outcome::Resolved, at), from, State::Resolved(resolution), kind, at))
    }

    /// Pending review → in progress; the answer is void, and the clock never stopped.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::TwoPersons`] for the resolver.
    pub fn send_back(self, coordinator: AccountId, at: Timestamp) -> Result<Step, Refusal> {
        let from = self.state.name();
        let (facts, resolution) = self.into_reviewed(coordinator, Action::SendBack)?;
        let facts = Facts { answered_at: None, on_time: None, step_due_at: None, ..facts };
        Ok(step(facts, from, State::InProgress(resolution.duty), EventKind::SentBack, at))
    }

    fn into_reviewed(
        self,
        coordinator: AccountId,
        attempted: Action,
    ) -> Result<(Facts, Resolution), Refusal> {
        match self.state {
            State::PendingReview(Resolution { resolver, .. }) if resolver == coordinator => {
                Err(Refusal::TwoPersons)
            }
            State::PendingReview(resolution) => Ok((self.facts, resolution)),
            _ => Err(self.wrong(attempted).into()),
        }
    }
}
