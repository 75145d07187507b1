//! Which timers a report wants, given its state. Escalation is not here: it needs the calendar.

use chrono::{NaiveTime, TimeDelta};
use city_clock::{Timestamp, hue_offset};

use super::{Report, State};

/// How long a report with an outcome stays on the map.
pub const MAP_DAYS: i64 = 90;

/// What a timer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimerKind {
    Escalate,
    AnswerEnd,
    HoldEnd,
    Scheduled,
    Close,
    MapOff,
}

impl TimerKind {
    pub const ALL: [Self; 6] = [
        Self::Escalate,
        Self::AnswerEnd,
        Self::HoldEnd,
        Self::Scheduled,
        Self::Close,
        Self::MapOff,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Escalate => "ESCALATE",
            Self::AnswerEnd => "ANSWER_END",
            Self::HoldEnd => "HOLD_END",
            Self::Scheduled => "SCHEDULED",
            Self::Close => "CLOSE",
            Self::MapOff => "MAP_OFF",
        }
    }

    pub fn parse(raw: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == raw)
    }
}

/// One timer of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    pub kind: TimerKind,
    pub fires_at: Timestamp,
}

impl Report {
    /// The timers this report wants now, besides ESCALATE: after a transition they replace the stored ones.
    pub fn timers(&self, contest_window: TimeDelta) -> Vec<Timer> {
        let timer = |kind, fires_at| Timer { kind, fires_at };
        let mut timers = match &self.state {
            State::AwaitingReporter { until, .. } => vec![timer(TimerKind::AnswerEnd, *until)],
            State::OnHold { until, .. } => vec![timer(TimerKind::HoldEnd, *until)],
            State::Scheduled { day, .. } => vec![timer(TimerKind::Scheduled, morning_of(*day))],
            State::Resolved(_) | State::Rejected(_) => self
                .closes_at(contest_window)
                .map(|closes_at| vec![timer(TimerKind::Close, closes_at)])
                .unwrap_or_default(),
            _ => vec![],
        };
        if !self.is_open()
            && let Some(outcome_at) = self.facts.outcome_at
        {
            timers.push(timer(TimerKind::MapOff, outcome_at + TimeDelta::days(MAP_DAYS)));
        }
        timers
    }

    /// The last instant at which the outcome may be contested; none without an outcome that stands.
    pub fn contest_until(&self, contest_window: TimeDelta) -> Option<Timestamp> {
        match self.state {
            State::Resolved(_) | State::Rejected(_) => {
                self.facts.outcome_at.map(|at| at + contest_window)
            }
            _ => None,
        }
    }

    /// The first instant after the contest window; PostgreSQL keeps microseconds.
    pub fn closes_at(&self, contest_window: TimeDelta) -> Option<Timestamp> {
        self.contest_until(contest_window).map(|until| until + TimeDelta::microseconds(1))
    }

    /// Whether a report that has a place belongs on the map at `at`.
    pub fn is_on_map(&self, at: Timestamp) -> bool {
        let ended_lately =
            self.facts.outcome_at.is_some_and(|outcome| at < outcome + TimeDelta::days(MAP_DAYS));
        self.is_open() || ended_lately
    }
}

/// Seven o'clock in Hue: before the crews leave.
fn morning_of(day: chrono::NaiveDate) -> Timestamp {
    let seven = NaiveTime::MIN + TimeDelta::hours(7);
    (day.and_time(seven) - hue_offset()).and_utc()
}
