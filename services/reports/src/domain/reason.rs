//! Why a report was rejected or returned, how it ended, and how people judged it.

use std::fmt;

use super::{ReasonText, Refusal};

/// Why the city does not take a report up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectReason {
    /// Somebody else's duty, who is named.
    NotInRemit,
    /// What is asked for is not a field problem: a complaint, a question, a procedure.
    NotAReport,
    NotEnoughDetail,
    /// Nobody found it at the place named.
    NotFound,
    AlreadyFixed,
    PrivateMatter,
    Abuse,
    /// The reporter did not answer a question in time; only the system gives it.
    NoAnswer,
    Other,
}

impl RejectReason {
    pub const ALL: [Self; 9] = [
        Self::NotInRemit,
        Self::NotAReport,
        Self::NotEnoughDetail,
        Self::NotFound,
        Self::AlreadyFixed,
        Self::PrivateMatter,
        Self::Abuse,
        Self::NoAnswer,
        Self::Other,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotInRemit => "NOT_IN_REMIT",
            Self::NotAReport => "NOT_A_REPORT",
            Self::NotEnoughDetail => "NOT_ENOUGH_DETAIL",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyFixed => "ALREADY_FIXED",
            Self::PrivateMatter => "PRIVATE_MATTER",
            Self::Abuse => "ABUSE",
            Self::NoAnswer => "NO_ANSWER",
            Self::Other => "OTHER",
        }
    }

    /// # Errors
    /// [`Refusal::ReasonUnknown`].
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == raw).ok_or(Refusal::ReasonUnknown)
    }
}

/// A complete rejection: a reason, and whose duty it is when it is not the city's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub(in crate::domain) reason: RejectReason,
    pub(in crate::domain) whose: Option<ReasonText>,
}

impl Rejection {
    /// What triage decided.
    ///
    /// # Errors
    /// [`Refusal::ReasonUnknown`], also for the system's own `NO_ANSWER`; [`Refusal::RemitUnnamed`] for `NOT_IN_REMIT`
    /// without a name.
    pub fn parse(reason: &str, whose: Option<ReasonText>) -> Result<Self, Refusal> {
        match RejectReason::parse(reason)? {
            RejectReason::NoAnswer => Err(Refusal::ReasonUnknown),
            RejectReason::NotInRemit if whose.is_none() => Err(Refusal::RemitUnnamed),
            reason => Ok(Self { reason, whose }),
        }
    }

    /// What the system decides when nobody answered.
    pub const fn no_answer() -> Self {
        Self { reason: RejectReason::NoAnswer, whose: None }
    }

    pub const fn reason(&self) -> RejectReason {
        self.reason
    }

    pub const fn whose(&self) -> Option<&ReasonText> {
        self.whose.as_ref()
    }
}

/// Why an agency hands a report back to triage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnReason {
    WrongAgency,
    WrongPlace,
    WrongCategory,
    Other,
}

impl ReturnReason {
    pub const ALL: [Self; 4] =
        [Self::WrongAgency, Self::WrongPlace, Self::WrongCategory, Self::Other];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WrongAgency => "WRONG_AGENCY",
            Self::WrongPlace => "WRONG_PLACE",
            Self::WrongCategory => "WRONG_CATEGORY",
            Self::Other => "OTHER",
        }
    }

    /// # Errors
    /// [`Refusal::ReasonUnknown`].
    pub fn parse(raw: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == raw).ok_or(Refusal::ReasonUnknown)
    }
}

/// How a report ended last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Resolved,
    Rejected,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "RESOLVED",
            Self::Rejected => "REJECTED",
        }
    }

    pub fn restore(stored: &str) -> Option<Self> {
        [Self::Resolved, Self::Rejected].into_iter().find(|outcome| outcome.as_str() == stored)
    }
}

/// One to five stars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(u8);

/// A number is not a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a score is 1 to 5")]
pub struct ScoreError;

impl Score {
    /// # Errors
    /// [`ScoreError`] outside 1..5.
    pub fn parse(raw: i64) -> Result<Self, ScoreError> {
        u8::try_from(raw).ok().filter(|score| (1..=5).contains(score)).map(Self).ok_or(ScoreError)
    }

    pub const fn get(self) -> u8 {
        self.0
    }

    /// Three and more count as satisfied; one and two never close a report.
    pub const fn is_satisfied(self) -> bool {
        self.0 >= 3
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
