//! How residents find services: by group, and by what happens in a life.

use city_contracts::catalogue::registry::Audience as WireAudience;
use city_contracts::common::Localised;

/// Whom a group or a service is for.
pub type Audience = WireAudience;

/// A group of services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    pub code: String,
    pub parent: Option<String>,
    pub sort: i32,
    pub audience: Audience,
    pub name: Localised,
    pub summary: Option<Localised>,
}

impl Category {
    /// The prefix of a category among the ids of the city.
    pub const PREFIX: &str = "cat_";

    /// The id on the wire.
    pub fn to_wire(code: &str) -> String {
        format!("{}{code}", Self::PREFIX)
    }
}

/// Something that happens in a life, and the services it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeEvent {
    pub code: String,
    pub name: Localised,
    pub summary: Option<Localised>,
    /// Codes of services in order; some may not be published.
    pub services: Vec<String>,
}
