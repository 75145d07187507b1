//! Background work.

mod deliveries;
mod dossier_events;
mod payment_events;
mod report_events;
mod tell;

pub use deliveries::Deliveries;
pub use dossier_events::DossierEvents;
pub use payment_events::PaymentEvents;
pub use report_events::ReportEvents;
