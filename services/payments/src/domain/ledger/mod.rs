//! The double-entry ledger as a pure function: state and inputs give verdicts and rows.
//!
//! [`apply`] decides; [`Needs`] says what must be in RAM before it may; [`Writes`] is what it wants written, and
//! [`Writes::seal`] what is signed. No clock, no ids of its own, no I/O: the sequencer brings all three.

mod account;
mod apply;
mod balances;
mod command;
mod engine;
mod found;
mod judge;
mod needs;
mod outside;
mod posting;
mod purpose;
mod seal;
mod state;
mod text_id;
mod verdict;
mod writes;

use serde::{Deserialize, Serialize};

pub use account::{Account, AccountNo, Balance, Class, flags};
pub use apply::apply;
pub use command::{Command, CommandRefusal, Decision};
pub use engine::{Engine, Task};
pub use found::Found;
pub use needs::Needs;
pub use outside::{ForeignId, check_new_id, made_at};
pub use posting::{
    Action, Claim, Count, Event, LARGEST_AMOUNT, Leg, Limit, Misshapen, Posting, hold_until,
};
pub use purpose::Purpose;
pub use seal::Sealed;
pub use state::{Counter, Head, Hold, HoldState, Known, KnownCommand, Resolution, Room, State};
pub use verdict::{Code, Created, Refused, Verdict};
pub use writes::{CommandRow, CounterRow, HoldRow, RejectionRow, TransferRow, Writes};

/// What the ledger is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// To move money.
    Posting(Posting),
    /// To decide something without moving money.
    Command(Command),
    /// To say whether an id was answered, after all that was asked before. Nothing is written.
    Lookup {
        /// The id of a posting or command.
        #[serde(with = "text_id::one")]
        id: uuid::Uuid,
    },
}

impl Input {
    /// Its id.
    pub const fn id(&self) -> uuid::Uuid {
        match self {
            Self::Posting(posting) => posting.id,
            Self::Command(command) => command.id,
            Self::Lookup { id } => *id,
        }
    }

    /// How many legs it has.
    pub const fn legs(&self) -> usize {
        match self {
            Self::Posting(posting) => posting.legs.len(),
            Self::Command(_) | Self::Lookup { .. } => 0,
        }
    }

    /// Bytes of its texts.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Posting(posting) => posting.text_bytes(),
            Self::Command(command) => command.reason.len(),
            Self::Lookup { .. } => 0,
        }
    }
}
