//! Background work.

mod deliveries;
mod report_events;

pub use deliveries::Deliveries;
pub use report_events::ReportEvents;
