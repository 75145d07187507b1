//! When something is due: the entry points over both kinds of rules.

use chrono::{DateTime, NaiveDate, Utc};

use crate::days::{Count, DayRule};
use crate::instants::Term;
use crate::stop::StoppedDays;
use crate::{Calendar, Rule, Stop, civil};

/// How many days a count may reach before it is refused.
pub const HORIZON_DAYS: usize = 3_660;

/// When something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// The clock runs, or the term ended before it stopped.
    At {
        /// The last instant that is on time: closing time of the due day, for hour and minute rules the instant itself.
        at: DateTime<Utc>,
        /// Whether a later calendar version may still move it, because this one does not cover that day.
        provisional: bool,
    },
    /// The clock stands still, so there is no due day.
    Stopped {
        /// What is left when it runs again: days, for hour and minute rules begun minutes. Never 0.
        remaining: u32,
    },
}

/// The count would reach more than 3,660 days ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the day is more than {HORIZON_DAYS} days away")]
pub struct Horizon;

/// A rule, by the way it is measured.
pub enum Measure {
    Days(DayRule),
    Time(Term),
}

impl Measure {
    pub fn of(rule: Rule) -> Self {
        match rule {
            Rule::WorkingDays { n } => Self::Days(DayRule::Working { n: n.max(1) }),
            Rule::SameDay { cutoff } => Self::Days(DayRule::SameDay { cutoff }),
            Rule::CalendarDays { n, roll } => Self::Days(DayRule::Calendar { n: n.max(1), roll }),
            Rule::WorkingHours { n } => Self::Time(Term::working_hours(n.max(1))),
            Rule::ElapsedMinutes { n } => Self::Time(Term::elapsed_minutes(n.max(1))),
        }
    }
}

impl Due {
    /// The last instant that is on time, none while the clock stands still.
    pub fn at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::At { at, .. } => Some(at),
            Self::Stopped { .. } => None,
        }
    }

    /// What is left when the clock runs again, none while it runs.
    pub fn remaining(self) -> Option<u32> {
        match self {
            Self::At { .. } => None,
            Self::Stopped { remaining } => Some(remaining),
        }
    }

    /// Whether a later calendar version may still move the due day.
    pub fn provisional(self) -> bool {
        matches!(self, Self::At { provisional: true, .. })
    }

    /// Whether something done at this instant is on time. Nothing is late while the clock stands still.
    pub fn is_on_time(self, done_at: DateTime<Utc>) -> bool {
        self.at().is_none_or(|at| done_at <= at)
    }
}

impl Calendar {
    /// When something that began at `start` is due.
    ///
    /// A stop that is still open leaves a term that ended before it alone; otherwise the answer is
    /// [`Due::Stopped`]. To see the day it would be if the clock ran again now, give that stop an end.
    ///
    /// # Errors
    /// [`Horizon`] if that is more than 3,660 days after the start.
    pub fn due(&self, rule: Rule, start: DateTime<Utc>, stops: &[Stop]) -> Result<Due, Horizon> {
        match Measure::of(rule) {
            Measure::Days(rule) => {
                let outcome =
                    self.count_days(rule, start, &StoppedDays::new(self, stops), |_, _| {})?;
                Ok(self.at_close(outcome))
            }
            Measure::Time(term) => self.run_out(term, start, stops),
        }
    }

    /// When `percent` of the term of an hour or minute rule have run; none for rules that count days.
    ///
    /// # Errors
    /// [`Horizon`] if that is more than 3,660 days after the start.
    pub fn due_after_share(
        &self,
        rule: Rule,
        percent: u32,
        start: DateTime<Utc>,
        stops: &[Stop],
    ) -> Result<Option<Due>, Horizon> {
        let Measure::Time(term) = Measure::of(rule) else { return Ok(None) };
        self.run_out(term.share(percent), start, stops).map(Some)
    }

    /// How many days are left, today not among them: 0 on the due day, below 0 the working days since.
    ///
    /// Days that `stops` hold do not count. While the clock stands still it is what remains, so this is of use only
    /// with rules that count days.
    pub fn days_left(&self, due: Due, stops: &[Stop], today: NaiveDate) -> i64 {
        let at = match due {
            Due::At { at, .. } => at,
            Due::Stopped { remaining } => return i64::from(remaining),
        };
        let due_day = civil::day(at);
        if due_day < today {
            return -count(due_day, today, |day| self.working(day));
        }
        let stopped = StoppedDays::new(self, stops);
        count(today, due_day, |day| self.working(day) && !stopped.holds(day))
    }

    /// Whether a later version may move a term that ends on this day.
    pub(crate) fn is_provisional(&self, day: NaiveDate) -> bool {
        day > self.covers().to
    }

    fn at_close(&self, outcome: Count) -> Due {
        match outcome {
            Count::Done { day } => {
                Due::At { at: self.close(day), provisional: self.is_provisional(day) }
            }
            Count::Stopped { remaining } => Due::Stopped { remaining },
        }
    }
}

/// How many days after `from`, up to and with `to`, satisfy the condition; beyond the horizon nobody counts.
fn count(from: NaiveDate, to: NaiveDate, wanted: impl Fn(NaiveDate) -> bool) -> i64 {
    let days = from.iter_days().skip(1).take_while(|&day| day <= to).take(HORIZON_DAYS);
    i64::try_from(days.filter(|&day| wanted(day)).count()).unwrap_or(i64::MAX)
}
