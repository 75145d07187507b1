//! Deadlines, and how they come about.

use async_graphql::{Enum, SimpleObject};
use city_contracts::catalogue::procedure;
use city_contracts::common::Locale;
use city_contracts::reports::DueDayView;

use super::refusal::Refusal;
use super::scalars::Date;
use super::shared::Localised;

/// Whether a deadline runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ClockState", remote = "city_contracts::reports::ClockState")]
pub enum ClockState {
    /// Not yet.
    #[graphql(name = "NOT_STARTED")]
    NotStarted,
    /// It counts.
    #[graphql(name = "RUNNING")]
    Running,
    /// It waits for somebody else.
    #[graphql(name = "STOPPED")]
    Stopped,
    /// It is over.
    #[graphql(name = "ENDED")]
    Ended,
}

/// What a day means for a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "DueLabel", remote = "city_contracts::catalogue::procedure::DueLabel")]
pub enum DueLabel {
    /// The day it began.
    #[graphql(name = "START")]
    Start,
    /// It began too late that day to count it.
    #[graphql(name = "CUTOFF_PASSED")]
    CutoffPassed,
    /// A weekend.
    #[graphql(name = "WEEKEND")]
    Weekend,
    /// A public holiday or another day off.
    #[graphql(name = "DAY_OFF")]
    DayOff,
    /// The clock stood still.
    #[graphql(name = "STOPPED")]
    Stopped,
    /// A working day that counts.
    #[graphql(name = "COUNTED")]
    Counted,
}

/// One day of the explanation of a deadline.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "DueDay")]
pub struct DueDay {
    /// The day.
    #[graphql(name = "date")]
    date: Date,
    /// What it means for the deadline.
    #[graphql(name = "label")]
    label: DueLabel,
    /// The name of the holiday, or why the clock stood still.
    #[graphql(name = "cause")]
    cause: Option<Localised>,
    /// Which counted day it is.
    #[graphql(name = "counted")]
    counted: Option<i32>,
}

impl DueDay {
    pub fn new(of: procedure::DueDayView, locale: Locale) -> Self {
        Self {
            date: Date(of.date),
            label: of.label.into(),
            cause: of.cause.map(|cause| Localised::new(cause, locale)),
            counted: of.counted.and_then(|counted| i32::try_from(counted).ok()),
        }
    }

    /// # Errors
    /// When the label is none we know.
    pub fn read(of: DueDayView, locale: Locale) -> Result<Self, Refusal> {
        let label = match of.label.as_str() {
            "START" => DueLabel::Start,
            "CUTOFF_PASSED" => DueLabel::CutoffPassed,
            "WEEKEND" => DueLabel::Weekend,
            "DAY_OFF" => DueLabel::DayOff,
            "STOPPED" => DueLabel::Stopped,
            "COUNTED" => DueLabel::Counted,
            _ => return Err(Refusal::broken_contract(locale)),
        };
        let cause = of.cause.map(|cause| Localised::new(cause, locale));
        let counted = of.counted.and_then(|counted| i32::try_from(counted).ok());
        Ok(Self { date: Date(of.date), label, cause, counted })
    }
}
