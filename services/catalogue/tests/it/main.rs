//! Tests of the service through its router, on real servers.

mod search;
mod services;
mod snapshot;
mod subject;
