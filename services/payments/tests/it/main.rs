//! Tests of the service through its router, on real servers.

mod ledger;
mod ready;
mod subject;
