//! The recipes that kill an engine, and the documents that must pass.

mod accepted;
mod cpu;
mod generated;
pub(crate) mod recipes;
mod refused;
