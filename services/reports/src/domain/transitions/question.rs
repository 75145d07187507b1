//! Asking the reporter: the clock stops until an answer comes, staff drop the question, or the time is over.

use city_clock::Timestamp;

use crate::domain::{
    Action, DropCause, EventKind, Facts, Outcome, Refusal, Rejection, Report, Resume, State,
    StateName, WrongState,
};

use super::{Step, days, step};

/// How long a reporter has to answer.
pub const ANSWER_DAYS: i64 = 7;

impl Report {
    /// Submitted, assigned, in progress → awaiting the reporter; the clock stops.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::NobodyToAsk`] when no reporter can be reached.
    pub fn ask(self, due: Option<Timestamp>, at: Timestamp) -> Result<Step, Refusal> {
        let from = self.state.name();
        let resume = match self.state {
            State::Submitted { proposed } => Resume::Submitted { proposed },
            State::Assigned(duty) => Resume::Assigned(duty),
            State::InProgress(duty) => Resume::InProgress(duty),
            _ => return Err(self.wrong(Action::Ask).into()),
        };
        if !self.facts.reporter.is_reachable() {
            return Err(Refusal::NobodyToAsk);
        }
        let until = at + days(ANSWER_DAYS);
        let state = State::AwaitingReporter { resume, until };
        Ok(step(
            Facts { due_at: due, ..self.facts },
            from,
            state,
            EventKind::QuestionAsked { until },
            at,
        ))
    }

    /// Awaiting the reporter → where it was; the reporter answered.
    ///
    /// # Errors
    /// [`WrongState`].
    pub fn answer(self, due: Option<Timestamp>, at: Timestamp) -> Result<Step, WrongState> {
        self.end_question(Action::Answer, EventKind::Answered, due, at)
    }

    /// Awaiting the reporter → where it was; staff need no answer any more.
    ///
    /// # Errors
    /// [`WrongState`].
    pub fn drop_question(self, due: Option<Timestamp>, at: Timestamp) -> Result<Step, WrongState> {
        self.end_question(
            Action::DropQuestion,
            EventKind::QuestionDropped { cause: DropCause::Staff },
            due,
            at,
        )
    }

    /// Awaiting the reporter → where it was, or rejected if nobody had taken it up yet.
    ///
    /// # Errors
    /// [`WrongState`]; [`Refusal::TooEarly`] while the reporter still has time.
    pub fn no_answer(self, due: Option<Timestamp>, at: Timestamp) -> Result<Step, Refusal> {
        match self.state {
            State::AwaitingReporter { until, .. } if at < until => {
                Err(Refusal::TooEarly { from: until })
            }
            State::AwaitingReporter { resume: Resume::Submitted { .. }, .. } => {
                let rejection = Rejection::no_answer();
                let kind = EventKind::Rejected { reason: rejection.reason() };
                let facts = Facts { due_at: due, ..self.facts }.ended(Outcome::Rejected, at);
                Ok(step(facts, StateName::AwaitingReporter, State::Rejected(rejection), kind, at))
            }
            _ => {
                let kind = EventKind::QuestionDropped { cause: DropCause::NoAnswer };
                Ok(self.end_question(Action::NoAnswer, kind, due, at)?)
            }
        }
    }

    pub(super) fn end_question(
        self,
        attempted: Action,
        kind: EventKind,
        due: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<Step, WrongState> {
        let from = self.state.name();
        let State::AwaitingReporter { resume, .. } = self.state else {
            return Err(self.wrong(attempted));
        };
        Ok(step(Facts { due_at: due, ..self.facts }, from, resume.into(), kind, at))
    }
}
