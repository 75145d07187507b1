//! What anonymous reads answer from: one immutable picture of everything published, swapped whole.

mod procedures;
mod registry;
mod services;

pub use procedures::Procedures;
pub use registry::Registry;
pub use services::Services;

/// One state of everything published. No reader sees half a publication.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Rises with each publication.
    pub number: i64,
    /// Places, agencies, categories, life events, calendars.
    pub registry: Registry,
    /// Live editions of services, gates, states.
    pub services: Services,
    /// Live editions of procedures with their forms.
    pub procedures: Procedures,
}
