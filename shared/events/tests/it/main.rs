//! Outbox, relay, consumer, inbox, idempotency and pruning on a real PostgreSQL and Redis.

mod claims;
mod delivery;
mod failing;
mod loss;
mod pruning;
mod relays;
mod subject;
