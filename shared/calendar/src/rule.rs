//! How long something may take.

use chrono::{NaiveTime, Timelike};
use serde::{Deserialize, Serialize};

/// How long something may take, as it is stored and published: `{"rule":"WORKING_DAYS","n":7}`.
///
/// Reading one checks its range. A rule built in code with `n` 0 is taken as 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "RuleBody", try_from = "RuleBody")]
pub enum Rule {
    /// The day it begins is day 0; due on the n-th working day after it.
    WorkingDays {
        /// 1 to 1,000.
        n: u32,
    },
    /// Due on the same day if it began by the cut-off on a working day, otherwise on the next working day.
    SameDay {
        /// The last instant that still counts for the same day.
        cutoff: NaiveTime,
    },
    /// Due on the n-th day after the day it begins, weekends included.
    CalendarDays {
        /// 1 to 1,000.
        n: u32,
        /// Where the last day goes if the city does not work on it.
        roll: Roll,
    },
    /// Due when n hours of working time have run.
    WorkingHours {
        /// 1 to 1,000.
        n: u32,
    },
    /// Due n minutes later, round the clock: for emergencies.
    ElapsedMinutes {
        /// 1 to 525,600, that is a year.
        n: u32,
    },
}

/// Where the last of a number of calendar days goes if the city does not work on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Roll {
    /// On to the next working day.
    #[default]
    NextWorking,
    /// Nowhere: it may be due on a day off.
    None,
}

/// Why a rule is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the term {n} is not within 1 and {max}")]
pub struct RuleError {
    /// The term it gave.
    pub n: u32,
    /// The longest term of this kind of rule.
    pub max: u32,
}

/// The stored shape of a [`Rule`].
#[derive(Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "SCREAMING_SNAKE_CASE")]
enum RuleBody {
    WorkingDays {
        n: u32,
    },
    SameDay {
        #[serde(serialize_with = "hours_and_minutes")]
        cutoff: NaiveTime,
    },
    CalendarDays {
        n: u32,
        #[serde(default)]
        roll: Roll,
    },
    WorkingHours {
        n: u32,
    },
    ElapsedMinutes {
        n: u32,
    },
}

const MAX_TERM: u32 = 1_000;
const MAX_MINUTES: u32 = 365 * 24 * 60;

impl TryFrom<RuleBody> for Rule {
    type Error = RuleError;

    fn try_from(body: RuleBody) -> Result<Self, RuleError> {
        Ok(match body {
            RuleBody::WorkingDays { n } => Self::WorkingDays { n: within(n, MAX_TERM)? },
            RuleBody::SameDay { cutoff } => Self::SameDay { cutoff },
            RuleBody::CalendarDays { n, roll } => {
                Self::CalendarDays { n: within(n, MAX_TERM)?, roll }
            }
            RuleBody::WorkingHours { n } => Self::WorkingHours { n: within(n, MAX_TERM)? },
            RuleBody::ElapsedMinutes { n } => Self::ElapsedMinutes { n: within(n, MAX_MINUTES)? },
        })
    }
}

impl From<Rule> for RuleBody {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::WorkingDays { n } => Self::WorkingDays { n },
            Rule::SameDay { cutoff } => Self::SameDay { cutoff },
            Rule::CalendarDays { n, roll } => Self::CalendarDays { n, roll },
            Rule::WorkingHours { n } => Self::WorkingHours { n },
            Rule::ElapsedMinutes { n } => Self::ElapsedMinutes { n },
        }
    }
}

fn within(n: u32, max: u32) -> Result<u32, RuleError> {
    if (1..=max).contains(&n) { Ok(n) } else { Err(RuleError { n, max }) }
}

/// A cut-off is written as people write it, `15:00`, unless that would lose something.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn hours_and_minutes<S: serde::Serializer>(time: &NaiveTime, to: S) -> Result<S::Ok, S::Error> {
    let whole_minute = time.second() == 0 && time.nanosecond() == 0;
    to.collect_str(&time.format(if whole_minute { "%H:%M" } else { "%H:%M:%S%.f" }))
}
