//! Places, agencies, categories, life events, calendars.

mod agency;
mod group;
mod place;

pub use agency::{Agency, AgencyLevel, WeekHours};
pub use group::{Audience, Category, LifeEvent};
pub use place::{Boundary, Place, PlaceId, PlaceKind};
