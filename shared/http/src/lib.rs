//! HTTP as the city speaks it: outcomes to problem documents, extractors, the canonical log line, the accept loop, the client.
//!
//! What deliberately does not live here: who may call (`city-auth`), what a route does (the services).
#![deny(missing_docs)]

mod canonical;
mod client;
mod extract;
mod outcome;
mod server;
pub mod trace;

pub use canonical::{Canonical, RequestId, canonical};
pub use city_contracts::problem::{Finding, Kind, ProblemDocument};
pub use client::client;
pub use extract::{Json, Path, Query, RequestKey, parse_json};
pub use outcome::{Outcome, Problem, RETRY_AFTER_SECONDS, Refusal, chain, status};
pub use server::{Limits, serve};
