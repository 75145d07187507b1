//! Tests of the service through its router, on real servers.

mod imports;
mod procedures;
mod search;
mod services;
mod snapshot;
mod subject;
