//! The legal clock: when it ran, when it stood still, and what follows for the due date.

use city_calendar::{Calendar, Due, DueDay, Horizon, Rule, Stop};
use city_clock::{Timestamp, hue_day};

/// What the clock does in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentKind {
    Run,
    Stop,
}

/// A time in which the clock did one thing; of a dossier at most one is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    pub seq: i32,
    pub kind: SegmentKind,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// The happening that began it.
    pub cause_seq: i32,
}

/// How long a dossier may take, copied when it is accepted, and by which calendar it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub rule: Rule,
    pub calendar: String,
    pub calendar_version: i32,
}

/// What the due date is computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    pub rule: Rule,
    pub accepted_at: Timestamp,
    pub stops: Vec<Stop>,
    /// The happenings that began the stops, in the same order.
    pub causes: Vec<i32>,
}

impl SegmentKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Run => "RUN",
            Self::Stop => "STOP",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Run, Self::Stop].into_iter().find(|kind| kind.as_str() == word)
    }
}

impl Timer {
    /// The timer of a dossier that was accepted.
    pub fn new(rule: Rule, accepted_at: Timestamp, segments: &[Segment]) -> Self {
        let stops = segments.iter().filter(|segment| segment.kind == SegmentKind::Stop);
        let (stops, causes) = stops
            .map(|segment| {
                (Stop { from: segment.started_at, to: segment.ended_at }, segment.cause_seq)
            })
            .unzip();
        Self { rule, accepted_at, stops, causes }
    }

    /// When it is due, or what remains.
    ///
    /// # Errors
    /// [`Horizon`].
    pub fn due(&self, calendar: &Calendar) -> Result<Due, Horizon> {
        calendar.due(self.rule, self.accepted_at, &self.stops)
    }

    /// When it would be due if the clock ran again at this instant; none while it runs.
    ///
    /// # Errors
    /// [`Horizon`].
    pub fn due_if_resumed(
        &self,
        calendar: &Calendar,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Horizon> {
        if self.stops.iter().all(|stop| stop.to.is_some()) {
            return Ok(None);
        }
        let closed = |stop: &Stop| Stop { to: Some(stop.to.unwrap_or(now)), ..*stop };
        let stops: Vec<_> = self.stops.iter().map(closed).collect();
        Ok(calendar.due(self.rule, self.accepted_at, &stops)?.at())
    }

    /// The count, day by day.
    ///
    /// # Errors
    /// [`Horizon`].
    pub fn explain<'a>(&self, calendar: &'a Calendar) -> Result<Vec<DueDay<'a>>, Horizon> {
        calendar.explain(self.rule, self.accepted_at, &self.stops)
    }

    /// Days left as of now; none for rules that count no days.
    ///
    /// # Errors
    /// [`Horizon`].
    pub fn days_left(&self, calendar: &Calendar, now: Timestamp) -> Result<Option<i64>, Horizon> {
        if matches!(self.rule, Rule::WorkingHours { .. } | Rule::ElapsedMinutes { .. }) {
            return Ok(None);
        }
        Ok(Some(calendar.days_left(self.due(calendar)?, &self.stops, hue_day(now))))
    }
}
