//! The whole city in one process: no rules of its own, it starts what the services need and then the services.

pub mod bench;
pub mod child;
pub mod config;
pub mod database_commands;
pub mod demo;
pub mod documents_command;
pub mod embedded;
pub mod identity_command;
pub mod infra_command;
pub mod keys_command;
pub mod payments_command;
mod progress;
pub mod serve_command;
pub mod start;
