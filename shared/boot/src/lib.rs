//! The frame in which every service runs: configuration, telemetry, connections, background work, health, shutdown.
//!
//! Only this crate reads the environment, installs a subscriber, handles signals and owns global state. A service gives it
//! a [`Service`]: routes, workers and what must answer before it is ready.
#![deny(missing_docs)]

pub mod config;
pub mod db;
mod infra;
mod process;
mod profile;
mod redis_store;
mod service;
mod tasks;
mod telemetry;
mod worker;

use mimalloc::MiMalloc;

pub use infra::{GatewayInfra, Infra, InfraConfig, signing_key};
pub use process::{BootError, Process, main, run};
pub use profile::Profile;
pub use redis_store::{RedisError, RedisStore};
pub use service::{Check, Service};
pub use tasks::Tasks;
pub use worker::{Progress, Worker, WorkerError};

/// A request allocates a thousand small things on one thread and frees some on another, on which glibc's allocator spends more
/// time than on anything else of the gateway.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;
