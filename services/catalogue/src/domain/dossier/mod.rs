//! Dossiers: their states, the table of moves, the legal clock and the chain of what happened. Pure.

mod actor;
mod bill;
mod chain;
mod clock;
mod code;
mod event;
mod moves;
mod reason;
mod refusal;
mod request;
mod state;
mod status;
mod transfer;
mod transitions;

pub use actor::Actor;
pub use bill::{Bill, BillState, NewBill, Purpose};
pub use chain::{Broken, CanonicalRow, GENESIS, Link, verify};
pub use clock::{Segment, SegmentKind, Term, Timer};
pub use code::DossierCode;
pub use event::{EventKind, Happening};
pub use reason::{Note, Reason, ReasonCode, ReasonError};
pub use refusal::{Refusal, WrongStatus};
pub use request::{Closing, Item, NewItem, Round};
pub use state::{Channel, Dossier, Outcome};
pub use status::Status;
pub use transfer::{Transfer, TransferState};
pub use transitions::{Step, Supply};
