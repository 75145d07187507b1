//! Live editions of services, gates, states.

/// Live editions of services, gates, states.
#[derive(Debug, Default)]
pub struct Services {}
