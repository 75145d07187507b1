//! The gateway as a client meets it: its router, with a real Redis and a spy in place of the services.

mod admin;
mod admission;
mod cached;
mod catalogue;
mod catalogue_wire;
mod documents;
mod door;
mod edge;
mod limit;
mod live;
mod mutations;
mod operations;
mod pass;
mod payments;
mod payments_wire;
mod queries;
mod schema;
mod sessions;
mod spy;
mod statuses;
mod trusted;
mod wire;
