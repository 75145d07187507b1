//! SQL of the schema `notifications`, and nothing else.

pub mod delivery;
pub mod dev_outbox;
pub mod message;
pub mod template;
