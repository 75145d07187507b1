//! What kept answers are made of, so that an event can drop those it outdates.

/// A part of the city's public data.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Services, procedures and what is said about them.
    Services,
    /// Wards, communes and agencies.
    Places,
    /// The public feed of the whole city.
    Reports,
    /// The public feed of one ward.
    ReportsOf(String),
}
