//! Dossiers.

mod act;
mod clocks;
mod fees;
mod keep;
mod list_work;
mod scope;
mod staff_action;
mod staff_reads;
mod staff_view;

pub use act::{StaffCommand, act};
pub use clocks::{CITY_CALENDAR, calendar_of};
pub use fees::{Collect, bill};
pub use keep::keep;
pub use list_work::{WorkPage, WorkQuery, list_work};
pub use staff_action::{NewResult, StaffAction};
pub use staff_reads::{staff_dossier, staff_history};
pub use staff_view::{ActionDone, DossierDetail, HistoryPage};
