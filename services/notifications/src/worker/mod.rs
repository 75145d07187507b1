//! Background work.

mod deliveries;
mod dossier_events;
mod report_events;

pub use deliveries::Deliveries;
pub use dossier_events::DossierEvents;
pub use report_events::ReportEvents;
