//! What an agency does between accept and result: start, schedule, hold, resume, hand back, hand over.

use chrono::NaiveDate;
use city_clock::{Timestamp, hue_day};
use city_ids::AccountId;

use crate::domain::{
    Action, AgencyCode, Duty, EventKind, Facts, ReasonText, Refusal, Report, ReturnReason, State,
    WrongState,
};

use super::{Step, days, step};

/// How far ahead work may be scheduled.
pub const SCHEDULE_MAX_DAYS: i64 = 180;
/// How long a report may be held.
pub const HOLD_MAX_DAYS: i64 = 90;

impl Report {
    /// Assigned → in progress; who starts is its assignee unless somebody is.
    ///
    /// # Errors
    /// [`WrongState`].
    pub fn start(self, officer: AccountId, at: Timestamp) -> Result<Step, WrongState> {
        let from = self.state.name();
        let State::Assigned(duty) = self.state else {
            return Err(self.wrong(Action::Start));
        };
        let duty = Duty { assignee: duty.assignee.or(Some(officer)), ..duty };
        Ok(step(self.facts, from, State::InProgress(duty), EventKind::Started, at))
    }

    /// Assigned, in progress → scheduled; the clock runs on.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::DateOutOfRange`] for a past day or one more than 180 days ahead.
    pub fn schedule(self, day: NaiveDate, at: Timestamp) -> Result<Step, Refusal> {
        let from = self.state.name();
        let (State::Assigned(duty) | State::InProgress(duty)) = self.state else {
            return Err(self.wrong(Action::Schedule).into());
        };
        if !(0..=SCHEDULE_MAX_DAYS).contains(&(day - hue_day(at)).num_days()) {
            return Err(Refusal::DateOutOfRange);
        }
        Ok(step(self.facts, from, State::Scheduled { duty, day }, EventKind::Scheduled { day }, at))
    }

    /// In progress, scheduled → on hold: the third party is named, the clock stops.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::DateOutOfRange`] for an end that is past or more than 90 days ahead.
    pub fn hold(
        self,
        third_party: ReasonText,
        until: Timestamp,
        due: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let from = self.state.name();
        let (State::InProgress(duty) | State::Scheduled { duty, .. }) = self.state else {
            return Err(self.wrong(Action::Hold).into());
        };
        if until <= at || until - at > days(HOLD_MAX_DAYS) {
            return Err(Refusal::DateOutOfRange);
        }
        let facts = Facts { due_at: due, ..self.facts };
        Ok(step(
            facts,
            from,
            State::OnHold { duty, third_party, until },
            EventKind::Held { until },
            at,
        ))
    }

    /// Scheduled, on hold → in progress; the clock runs.
    ///
    /// # Errors
    /// [`WrongState`].
    pub fn resume(self, due: Option<Timestamp>, at: Timestamp) -> Result<Step, WrongState> {
        let from = self.state.name();
        let (State::Scheduled { duty, .. } | State::OnHold { duty, .. }) = self.state else {
            return Err(self.wrong(Action::Resume));
        };
        let facts = Facts { due_at: due, ..self.facts };
        Ok(step(facts, from, State::InProgress(duty), EventKind::Resumed, at))
    }

    /// Owned → submitted: an agency hands back to triage. A bounce never starts the clock anew.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::SameAgency`] when the agency suggests itself.
    pub fn hand_back(
        self,
        reason: ReturnReason,
        suggested: AgencyCode,
        step_due: Option<Timestamp>,
        due: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let from = self.state.name();
        let (facts, duty) = self.into_owned(Action::Return)?;
        if duty.agency == suggested {
            return Err(Refusal::SameAgency);
        }
        let facts = Facts {
            bounce_count: facts.bounce_count + 1,
            step_due_at: step_due,
            due_at: due,
            ..facts
        };
        let kind = EventKind::Returned { reason, from: duty.agency, suggested: suggested.clone() };
        Ok(step(facts, from, State::Submitted { proposed: Some(suggested) }, kind, at))
    }

    /// Owned → assigned to another agency. The caller has checked that it is active.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::SameAgency`].
    pub fn reassign(
        self,
        to: AgencyCode,
        due: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let from = self.state.name();
        let (facts, duty) = self.into_owned(Action::Reassign)?;
        if duty.agency == to {
            return Err(Refusal::SameAgency);
        }
        let kind = EventKind::Reassigned { from: duty.agency, to: to.clone() };
        let state = State::Assigned(Duty { agency: to, assignee: None });
        Ok(step(Facts { due_at: due, ..facts }, from, state, kind, at))
    }

    /// Who has it, in one of the four owned states.
    pub(super) fn into_owned(self, attempted: Action) -> Result<(Facts, Duty), WrongState> {
        match self.state {
            State::Assigned(duty)
            | State::InProgress(duty)
            | State::Scheduled { duty, .. }
            | State::OnHold { duty, .. } => Ok((self.facts, duty)),
            _ => Err(self.wrong(attempted)),
        }
    }
}
