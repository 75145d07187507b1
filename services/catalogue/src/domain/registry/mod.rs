//! Places, agencies, categories, life events, calendars.

mod agency;
mod group;
mod openings;
mod past;
mod place;

pub use agency::{Agency, AgencyLevel, WeekHours};
pub use group::{Audience, Category, LifeEvent};
pub use openings::{CITY_CALENDAR, MAX_OPENINGS, openings};
pub use past::changed_past;
pub use place::{Boundary, Place, PlaceId, PlaceKind};
