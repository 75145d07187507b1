//! A report as staff see it: what they need to handle it, never who filed it.

mod action_done;
mod report;
mod timeline;
mod work_item;

pub use action_done::ActionDone;
pub use report::{Depth, ReportPoint, StaffPhoto, StaffReport};
pub use timeline::StaffTimelineEntry;
pub use work_item::{ReportLabel, WorkItem};
