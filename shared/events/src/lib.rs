//! Events that take effect once, and commands that do.
//!
//! [`outbox`] writes an event in the transaction that caused it; the [`Relay`] appends it to the Redis stream of its
//! service; a [`Consumer`] hands it to a [`Handler`], which claims it in the [`inbox`] of its own transaction.
//! [`idempotency`] does the same for commands. The four tables have the same shape in every schema and are reached by the
//! pool's search path (`city_boot::db::pool`), so the SQL here names no schema; it is checked by this crate's tests instead
//! of at compile time.
//!
//! Invariant: Redis may lose everything. The relay sees that its stream is behind what it recorded and sends again what
//! the outbox still holds; consumers know what they have already applied.
#![deny(missing_docs)]

mod consumer;
pub mod idempotency;
pub mod inbox;
pub mod outbox;
mod prune;
mod relay;

pub use consumer::{Consumer, Failure, Handled, Handler};
pub use prune::Pruner;
pub use relay::Relay;
