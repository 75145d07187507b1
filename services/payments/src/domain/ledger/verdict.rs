//! What the ledger answers.

use city_clock::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CommandRefusal, text_id};

/// Why a posting is refused; the order is the order in which reasons are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(i16)]
pub enum Code {
    /// Its offer was over.
    OfferExpired = 1,
    /// An account does not exist; detail: leg × 2, + 1 for the credit side.
    AccountNotFound,
    /// An account is closed; detail as above.
    AccountClosed,
    /// An account takes no debit or no credit; detail as above.
    AccountFrozen,
    /// Somebody else resolved the subject; detail: which claim.
    AlreadyResolved,
    /// No such hold; detail: leg.
    HoldNotFound,
    /// The hold was captured, voided or expired before; detail: leg.
    HoldResolved,
    /// The hold's time is over; detail: leg.
    HoldExpired,
    /// More than is held; detail: leg.
    CaptureTooLarge,
    /// Over a limit; detail: which rule.
    LimitExceeded,
    /// Over what this proof of the person allows; detail: which rule.
    StrongerStepUp,
    /// More would be refunded than was paid; detail: which counter.
    RefundTooLarge,
    /// Not enough money; detail: leg.
    InsufficientFunds,
    /// A sum would not fit; detail: leg.
    Overflow,
}

impl Code {
    /// All, in their order.
    pub const ALL: [Self; 14] = [
        Self::OfferExpired,
        Self::AccountNotFound,
        Self::AccountClosed,
        Self::AccountFrozen,
        Self::AlreadyResolved,
        Self::HoldNotFound,
        Self::HoldResolved,
        Self::HoldExpired,
        Self::CaptureTooLarge,
        Self::LimitExceeded,
        Self::StrongerStepUp,
        Self::RefundTooLarge,
        Self::InsufficientFunds,
        Self::Overflow,
    ];

    /// Its number in the ledger.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// The code of a number.
    pub fn of(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OfferExpired => "OFFER_EXPIRED",
            Self::AccountNotFound => "ACCOUNT_NOT_FOUND",
            Self::AccountClosed => "ACCOUNT_CLOSED",
            Self::AccountFrozen => "ACCOUNT_FROZEN",
            Self::AlreadyResolved => "ALREADY_RESOLVED",
            Self::HoldNotFound => "HOLD_NOT_FOUND",
            Self::HoldResolved => "HOLD_RESOLVED",
            Self::HoldExpired => "HOLD_EXPIRED",
            Self::CaptureTooLarge => "CAPTURE_TOO_LARGE",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::StrongerStepUp => "STRONGER_STEP_UP",
            Self::RefundTooLarge => "REFUND_TOO_LARGE",
            Self::InsufficientFunds => "INSUFFICIENT_FUNDS",
            Self::Overflow => "OVERFLOW",
        }
    }
}

/// A posting that took effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// The batch that contains it.
    pub batch: i64,
    /// Sequence number of its first leg.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
}

/// A refusal, final for the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Why.
    pub code: Code,
    /// Which part of the posting.
    pub detail: i16,
    /// Who resolved the subject first.
    #[serde(with = "text_id::maybe")]
    pub winner: Option<Uuid>,
    /// When.
    pub at: Timestamp,
}

/// The answer to one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The posting took effect, now or before.
    Created(Created),
    /// The posting was refused, now or before.
    Refused(Refused),
    /// The id was used with another request; nothing happened.
    KeyReused,
    /// The hold has not expired yet; nothing happened and the id stays free.
    TooEarly,
    /// The command was carried out, now or before.
    Commanded {
        /// The batch that contains it.
        batch: i64,
        /// When.
        at: Timestamp,
    },
    /// The command was not carried out; its id stays free.
    CommandRefused(CommandRefusal),
    /// The id that was looked up was answered.
    Known,
    /// The id that was looked up was not answered, and nothing of it is on its way.
    Unknown,
}
