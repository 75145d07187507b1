//! Routes for staff. What they may see and do is decided by their live grants over the report.

pub mod act;
pub mod list_work;
pub mod staff_report;
pub mod timeline;
mod wire;
