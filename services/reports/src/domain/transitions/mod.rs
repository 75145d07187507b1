//! The transitions of a report, a file for each part of its life.
//!
//! Each consumes the report and is pure: instants and computed dues are arguments. A due is what the calendar says with
//! the stops as they are after the step; [`Report::stop_change`] tells beforehand which stop the step opens or ends.

mod contest;
mod filing;
mod merge;
mod question;
mod rating;
mod resolve;
mod upkeep;
mod work;

use chrono::TimeDelta;
use city_clock::Timestamp;

use super::{Action, Event, EventKind, Facts, Outcome, Report, State, StateName, WrongState};

pub use filing::{Audience, Filing};
pub use question::ANSWER_DAYS;
pub use rating::{RATING_DAYS, Rated, Rater};
pub use resolve::Review;
pub use work::{HOLD_MAX_DAYS, SCHEDULE_MAX_DAYS};

/// The report as it now is, and what to write and tell.
pub type Step = (Report, Transitioned);

/// Why the clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopKind {
    Question,
    Hold,
}

impl StopKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Question => "QUESTION",
            Self::Hold => "HOLD",
        }
    }

    const fn of(state: StateName) -> Option<Self> {
        match state {
            StateName::AwaitingReporter => Some(Self::Question),
            StateName::OnHold => Some(Self::Hold),
            _ => None,
        }
    }
}

/// What a step does to the row of `stop` that is open or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopChange {
    Opened(StopKind),
    Ended(StopKind),
}

impl StopChange {
    const fn between(from: StateName, to: StateName) -> Option<Self> {
        match (StopKind::of(from), StopKind::of(to)) {
            (None, Some(kind)) => Some(Self::Opened(kind)),
            (Some(kind), None) => Some(Self::Ended(kind)),
            (None, None) | (Some(_), Some(_)) => None,
        }
    }
}

/// What a step did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transitioned {
    pub event: Event,
    /// None for the filing itself.
    pub from: Option<StateName>,
    pub to: StateName,
    pub stop: Option<StopChange>,
}

impl Report {
    /// Which stop `action` would open or end, so that the due can be computed before the step is taken.
    pub const fn stop_change(&self, action: Action) -> Option<StopChange> {
        match (action, StopKind::of(self.state.name())) {
            (Action::Hold, None) => Some(StopChange::Opened(StopKind::Hold)),
            (Action::Ask, None) => Some(StopChange::Opened(StopKind::Question)),
            (Action::Rate | Action::Assign | Action::FollowRoot, _) | (_, None) => None,
            (_, Some(kind)) => Some(StopChange::Ended(kind)), // every way out of a stopped state ends the stop
        }
    }

    const fn wrong(&self, attempted: Action) -> WrongState {
        WrongState { from: self.state.name(), attempted }
    }
}

/// Counts the change, and says what it was.
fn step(facts: Facts, from: StateName, state: State, kind: EventKind, at: Timestamp) -> Step {
    let to = state.name();
    let facts = Facts { version: facts.version + 1, updated_at: at, ..facts };
    let report = Report { facts, state };
    let event = Event::of(&report, kind, at);
    (report, Transitioned { event, from: Some(from), to, stop: StopChange::between(from, to) })
}

impl Facts {
    /// An agency or triage answered; a slow reviewer afterwards makes nobody late.
    fn answered(self, at: Timestamp) -> Self {
        let on_time = self.due_at.is_none_or(|due| at <= due);
        Self { answered_at: Some(at), on_time: Some(on_time), ..self }
    }

    /// The report has an outcome; the answer is this one unless it was given before, for review.
    fn ended(self, outcome: Outcome, at: Timestamp) -> Self {
        let facts = if self.answered_at.is_some() { self } else { self.answered(at) };
        Self { outcome: Some(outcome), outcome_at: Some(at), step_due_at: None, ..facts }
    }
}

/// Whole days as a span of time.
const fn days(count: i64) -> TimeDelta {
    TimeDelta::days(count)
}
