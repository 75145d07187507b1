//! Places, agencies, categories, life events, calendars.

mod agency;
mod copy;
mod group;
mod place;

pub use agency::*;
pub use copy::*;
pub use group::*;
pub use place::*;
