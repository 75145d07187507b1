//! Tests of the service through its router, on real servers.

mod snapshot;
mod subject;
