//! Rules that count days, and how the count is explained.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::calendar::DayKind;
use crate::due::{HORIZON_DAYS, Measure};
use crate::stop::StoppedDays;
use crate::{Calendar, Horizon, Roll, Rule, Stop, civil};

/// A day of the way to the due day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueDay<'a> {
    /// The civil day.
    pub date: NaiveDate,
    /// What it was for the count.
    pub label: DueLabel<'a>,
}

/// What a day was for the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueLabel<'a> {
    /// It began on this day, after the cut-off for the same day.
    CutoffPassed,
    /// It began on this day, which is day 0.
    Start,
    /// The week has this day off.
    Weekend,
    /// A dated exception has this day off.
    DayOff {
        /// The Vietnamese name of the exception.
        name: &'a str,
    },
    /// The clock stood still.
    Stopped {
        /// Which of the given stops, counted from 0; with overlaps the first.
        stop: usize,
    },
    /// It counted.
    Counted {
        /// As which day, from 1.
        k: u32,
    },
}

/// A rule that counts days, in the terms in which they are counted.
#[derive(Debug, Clone, Copy)]
pub enum DayRule {
    Working { n: u32 },
    SameDay { cutoff: NaiveTime },
    Calendar { n: u32, roll: Roll },
}

/// Where a count of days ended.
#[derive(Clone, Copy)]
pub enum Count {
    Done { day: NaiveDate },
    Stopped { remaining: u32 },
}

impl DayRule {
    fn days(self) -> u32 {
        match self {
            Self::Working { n } | Self::Calendar { n, .. } => n,
            Self::SameDay { .. } => 1,
        }
    }

    /// Whether a day on which the city does not work counts as day `k`. Of calendar days all do but the last, which
    /// counts where it lands.
    fn counts_day_off(self, k: u32) -> bool {
        match self {
            Self::Calendar { roll: Roll::None, .. } => true,
            Self::Calendar { n, roll: Roll::NextWorking } => k < n,
            Self::Working { .. } | Self::SameDay { .. } => false,
        }
    }

    /// What a day after the start is for the count, of which `k` is next.
    fn label(self, kind: DayKind<'_>, stop: Option<usize>, k: u32) -> DueLabel<'_> {
        let unless_stopped =
            stop.map_or(DueLabel::Counted { k }, |stop| DueLabel::Stopped { stop });
        match kind {
            DayKind::Working => unless_stopped,
            _ if self.counts_day_off(k) => unless_stopped,
            DayKind::Weekend => DueLabel::Weekend,
            DayKind::DayOff { name } => DueLabel::DayOff { name },
        }
    }
}

impl Calendar {
    /// Each day from the start to the due day, or to the day before the open stop, and what it was for the count.
    ///
    /// As many days are `Counted` as the rule has, less what remains. Hour and minute rules count no days: their list
    /// is empty, since the due instant says it all.
    ///
    /// # Errors
    /// [`Horizon`] as [`Calendar::due`].
    pub fn explain(
        &self,
        rule: Rule,
        start: DateTime<Utc>,
        stops: &[Stop],
    ) -> Result<Vec<DueDay<'_>>, Horizon> {
        let Measure::Days(rule) = Measure::of(rule) else { return Ok(Vec::new()) };
        let mut rows = Vec::new();
        self.count_days(rule, start, &StoppedDays::new(self, stops), |date, label| {
            rows.push(DueDay { date, label });
        })?;
        Ok(rows)
    }

    /// Walks the days and tells `see` about each, in order.
    pub(crate) fn count_days<'a>(
        &'a self,
        rule: DayRule,
        start: DateTime<Utc>,
        stopped: &StoppedDays,
        mut see: impl FnMut(NaiveDate, DueLabel<'a>),
    ) -> Result<Count, Horizon> {
        let (n, begun) = (rule.days(), civil::local(start));
        let first = begun.date();
        if stopped.open_from().is_some_and(|from| from <= first) {
            return Ok(Count::Stopped { remaining: n });
        }
        match rule {
            DayRule::SameDay { cutoff } if begun.time() > cutoff => {
                see(first, DueLabel::CutoffPassed);
            }
            DayRule::SameDay { .. } if self.working(first) && stopped.on(first).is_none() => {
                see(first, DueLabel::Counted { k: 1 });
                return Ok(Count::Done { day: first });
            }
            _ => see(first, DueLabel::Start),
        }

        let mut counted = 0;
        for day in first.iter_days().skip(1).take(HORIZON_DAYS) {
            if stopped.open_from().is_some_and(|from| from <= day) {
                return Ok(Count::Stopped { remaining: n - counted });
            }
            let label = rule.label(self.kind(day), stopped.on(day), counted + 1);
            see(day, label);
            if let DueLabel::Counted { k } = label {
                counted = k;
            }
            if counted == n {
                return Ok(Count::Done { day });
            }
        }
        Err(Horizon)
    }
}
