//! Why a rule says no.

use city_clock::Timestamp;

use super::{Action, StateName};

/// The report is in a state that does not have this action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a report that is {from} cannot be acted on by {attempted}")]
pub struct WrongState {
    pub from: StateName,
    pub attempted: Action,
}

/// What the rules of a report refuse. A variant exists when a caller acts on it differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    WrongState(#[from] WrongState),
    #[error("the report needs an after-photo")]
    AfterPhotoMissing,
    #[error("no after-photo is ready yet")]
    AfterPhotoNotReady,
    #[error("the after-photo was taken too far from the report")]
    AfterPhotoTooFar {
        /// How far the nearest was, when its place is known.
        distance_m: Option<u32>,
    },
    #[error("this is not a reason the city knows")]
    ReasonUnknown,
    #[error("a report outside the remit names whose it is")]
    RemitUnnamed,
    #[error("an answer needs a text or a photo")]
    AnswerEmpty,
    #[error("nobody can be asked about this report")]
    NobodyToAsk,
    #[error("the date is outside what is allowed")]
    DateOutOfRange,
    #[error("the report is already with this agency")]
    SameAgency,
    #[error("a report is merged into another one that is open")]
    MergeTarget,
    #[error("the time to contest ended")]
    ContestClosed {
        /// The last instant that was allowed.
        until: Timestamp,
    },
    #[error("this answer was contested before")]
    AlreadyContested,
    #[error("who resolved a report does not decide about it")]
    TwoPersons,
    #[error("the time to rate ended")]
    RatingClosed,
    #[error("this is due only later")]
    TooEarly {
        /// The first instant at which it is not.
        from: Timestamp,
    },
}

impl Refusal {
    /// The stable word of the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::WrongState(_) => "STATE",
            Self::AfterPhotoMissing => "AFTER_PHOTO_MISSING",
            Self::AfterPhotoNotReady => "AFTER_PHOTO_NOT_READY",
            Self::AfterPhotoTooFar { .. } => "AFTER_PHOTO_TOO_FAR",
            Self::ReasonUnknown => "REASON_UNKNOWN",
            Self::RemitUnnamed => "REMIT_UNNAMED",
            Self::AnswerEmpty => "ANSWER_EMPTY",
            Self::NobodyToAsk => "NOBODY_TO_ASK",
            Self::DateOutOfRange => "DATE_OUT_OF_RANGE",
            Self::SameAgency => "SAME_AGENCY",
            Self::MergeTarget => "MERGE_TARGET",
            Self::ContestClosed { .. } => "CONTEST_CLOSED",
            Self::AlreadyContested => "ALREADY_CONTESTED",
            Self::TwoPersons => "TWO_PERSONS",
            Self::RatingClosed => "RATING_CLOSED",
            Self::TooEarly { .. } => "TOO_EARLY",
        }
    }
}
