//! How a report begins: filed, then accepted or rejected by triage.

use city_clock::Timestamp;
use city_ids::ReportId;

use crate::domain::{
    Action, AgencyCode, CategoryCode, Duty, Event, EventKind, Facts, Outcome, PublicCode,
    Rejection, Report, Reporter, State, StateName, WardCode, WrongState,
};

use super::{Step, Transitioned, step};

/// Whether and when the city shows reports of a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The category is not public.
    Closed,
    /// Public, from the first accept.
    OnceAccepted,
    /// Public, from the filing.
    OnceFiled,
}

/// What a new report is made of, all of it parsed.
#[derive(Debug, Clone)]
pub struct Filing {
    pub id: ReportId,
    pub code: PublicCode,
    pub category: CategoryCode,
    pub ward: WardCode,
    pub reporter: Reporter,
    pub wants_public: bool,
    pub audience: Audience,
    pub proposed: Option<AgencyCode>,
    /// By when triage decides.
    pub step_due: Option<Timestamp>,
    pub due: Option<Timestamp>,
    pub at: Timestamp,
}

impl Report {
    /// – → submitted.
    pub fn file(filing: Filing) -> Step {
        let at = filing.at;
        let shown = filing.wants_public && filing.audience == Audience::OnceFiled;
        let facts = Facts {
            id: filing.id,
            code: filing.code,
            version: 1,
            round: 1,
            category: filing.category,
            ward: filing.ward,
            reporter: filing.reporter,
            wants_public: filing.wants_public,
            filed_at: at,
            anchor_at: at,
            updated_at: at,
            accepted_at: None,
            published_at: shown.then_some(at),
            hidden_at: None,
            step_due_at: filing.step_due,
            due_at: filing.due,
            first_due_at: filing.due,
            answered_at: None,
            on_time: None,
            outcome: None,
            outcome_at: None,
            closed_at: None,
            contested_round: None,
            follower_count: 0,
            bounce_count: 0,
            reopen_count: 0,
            escalation_level: 0,
        };
        let report = Self { facts, state: State::Submitted { proposed: filing.proposed } };
        let event = Event::of(&report, EventKind::Filed, at);
        (report, Transitioned { event, from: None, to: StateName::Submitted, stop: None })
    }

    /// Submitted → assigned. The caller has checked that the agency is active.
    ///
    /// # Errors
    /// [`WrongState`].
    pub fn accept(
        self,
        agency: AgencyCode,
        audience: Audience,
        at: Timestamp,
    ) -> Result<Step, WrongState> {
        let State::Submitted { .. } = self.state else {
            return Err(self.wrong(Action::Accept));
        };
        let facts = Facts { step_due_at: None, ..self.facts.taken_up(audience, at) };
        let kind = EventKind::Accepted { agency: agency.clone() };
        let state = State::Assigned(Duty { agency, assignee: None });
        Ok(step(facts, StateName::Submitted, state, kind, at))
    }

    /// Submitted → rejected, an outcome.
    ///
    /// # Errors
    /// [`WrongState`].
    pub fn reject(self, rejection: Rejection, at: Timestamp) -> Result<Step, WrongState> {
        let State::Submitted { .. } = self.state else {
            return Err(self.wrong(Action::Reject));
        };
        let kind = EventKind::Rejected { reason: rejection.reason() };
        let facts = self.facts.ended(Outcome::Rejected, at);
        Ok(step(facts, StateName::Submitted, State::Rejected(rejection), kind, at))
    }
}

impl Facts {
    /// The first accept publishes what was wanted and may be public.
    pub(super) fn taken_up(self, audience: Audience, at: Timestamp) -> Self {
        let shown = self.wants_public && audience != Audience::Closed && self.accepted_at.is_none();
        Self {
            accepted_at: self.accepted_at.or(Some(at)),
            published_at: self.published_at.or(shown.then_some(at)),
            ..self
        }
    }
}
