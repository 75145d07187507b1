//! After an outcome: contested inside the window, granted or refused, or closed when the window is over.

use chrono::TimeDelta;
use city_clock::Timestamp;
use city_ids::AccountId;

use crate::domain::{
    Action, AgencyCode, Duty, Ended, EventKind, Facts, Refusal, Report, State, StateName,
    WrongState,
};

use super::{Audience, Step, step};

impl Report {
    /// Resolved, rejected → reopen requested; up to and including the last instant of the window, once a round.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::AlreadyContested`]; [`Refusal::ContestClosed`].
    pub fn contest(
        self,
        window: TimeDelta,
        step_due: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let (until, round) = (self.contest_until(window), self.facts.round);
        let (from, facts, before) = self.into_ended(Action::Contest)?;
        if facts.contested_round == Some(round) {
            return Err(Refusal::AlreadyContested);
        }
        if let Some(until) = until.filter(|until| at > *until) {
            return Err(Refusal::ContestClosed { until });
        }
        let facts = Facts { contested_round: Some(round), step_due_at: step_due, ..facts };
        Ok(step(facts, from, State::ReopenRequested { before }, EventKind::Contested, at))
    }

    /// Reopen requested → assigned: a new round with a new clock. The outcome stays until the next one.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::TwoPersons`] for the resolver.
    pub fn grant(
        self,
        coordinator: AccountId,
        agency: AgencyCode,
        audience: Audience,
        due: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let (facts, _) = self.into_contested(coordinator, Action::Grant)?;
        let facts = Facts {
            round: facts.round + 1,
            reopen_count: facts.reopen_count + 1,
            anchor_at: at,
            due_at: due,
            step_due_at: None,
            answered_at: None,
            on_time: None,
            escalation_level: 0, // a new clock starts at 0
            ..facts.taken_up(audience, at)
        };
        let kind = EventKind::Reopened { agency: agency.clone() };
        let state = State::Assigned(Duty { agency, assignee: None });
        Ok(step(facts, StateName::ReopenRequested, state, kind, at))
    }

    /// Reopen requested → as before; the window is not moved.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::TwoPersons`] for the resolver.
    pub fn refuse(self, coordinator: AccountId, at: Timestamp) -> Result<Step, Refusal> {
        let (facts, before) = self.into_contested(coordinator, Action::Refuse)?;
        let facts = Facts { step_due_at: None, ..facts };
        Ok(step(facts, StateName::ReopenRequested, before.into(), EventKind::ContestRefused, at))
    }

    /// Resolved, rejected → closed, when the window is over.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::TooEarly`] inside the window, its last instant included.
    pub fn close(self, window: TimeDelta, at: Timestamp) -> Result<Step, Refusal> {
        match self.closes_at(window) {
            Some(from) if at < from => Err(Refusal::TooEarly { from }),
            _ => Ok(self.close_now(at)?),
        }
    }

    /// The end without a look at the window: a satisfied reporter need not wait for it.
    pub(super) fn close_now(self, at: Timestamp) -> Result<Step, WrongState> {
        let (from, facts, before) = self.into_ended(Action::Close)?;
        let facts = Facts { closed_at: Some(at), ..facts };
        Ok(step(facts, from, State::Closed { before }, EventKind::Closed, at))
    }

    fn into_ended(self, attempted: Action) -> Result<(StateName, Facts, Ended), WrongState> {
        let from = self.state.name();
        match self.state {
            State::Resolved(resolution) => Ok((from, self.facts, Ended::Resolved(resolution))),
            State::Rejected(rejection) => Ok((from, self.facts, Ended::Rejected(rejection))),
            _ => Err(self.wrong(attempted)),
        }
    }

    fn into_contested(
        self,
        coordinator: AccountId,
        attempted: Action,
    ) -> Result<(Facts, Ended), Refusal> {
        match self.state {
            State::ReopenRequested { before } if before.resolver() == Some(coordinator) => {
                Err(Refusal::TwoPersons)
            }
            State::ReopenRequested { before } => Ok((self.facts, before)),
            _ => Err(self.wrong(attempted).into()),
        }
    }
}
