//! Dossiers.

mod act;
mod clocks;
mod fees;
mod keep;
mod scope;
mod staff_action;
mod staff_view;

pub use act::{StaffCommand, act};
pub use clocks::{CITY_CALENDAR, calendar_of};
pub use fees::{Collect, bill};
pub use keep::keep;
pub use staff_action::{NewResult, StaffAction};
pub use staff_view::ActionDone;
