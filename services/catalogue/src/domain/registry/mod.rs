//! Places, agencies, categories, life events, calendars.

mod agency;
mod group;
mod openings;
mod past;
mod place;

pub use agency::{Agency, WeekHours};
pub use group::{Category, LifeEvent};
pub use openings::{CITY_CALENDAR, MAX_OPENINGS, openings};
pub use past::changed_past;
pub use place::{Boundary, Place, PlaceId};
