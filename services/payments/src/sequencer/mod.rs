//! The only writer of the ledger: one queue, one leader, one batch at a time.
//!
//! A caller [`Ledger::post`]s and waits. The leader takes all that waits when the last commit returned, looks up what RAM
//! lacks, judges, writes one statement, and answers after it is committed. Which step follows which is decided by
//! [`crate::domain::ledger::Engine`]; here are the queue, the connection and the election.

mod backing;
mod election;
mod forward;
mod leader;
mod ledger;
mod plans;
mod queue;
mod safety;

pub use backing::body as backing_event;
pub use forward::PATH as FORWARD_PATH;
pub use ledger::{Ledger, Settings};
pub use queue::{NotNow, Status};
pub use safety::{Durability, could_lose};
