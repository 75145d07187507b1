//! Tests of a service on real servers: a database each, cloned from a migrated template; a Redis prefix each; a clock that
//! stands still; ids that repeat; characters who ask.
//!
//! The servers are started once for a run by `cargo xtask test`, which passes their addresses in `CITY_TEST_POSTGRES_URL`,
//! `CITY_TEST_REDIS_URL` and `CITY_TEST_S3`. A missing server fails the test.
#![deny(missing_docs)]
#![expect(clippy::panic, reason = "whatever breaks a test run ends the test, and says why")]

mod character;
mod city;
mod servers;

pub use character::{Answer, Character};
pub use city::{City, Subject, run};
pub use servers::{TestS3, city_program, postgres_url, redis_url, s3};
