//! Consumers and schedules, one file each.

mod dossier_events;
mod dossier_terms;
mod dossier_timers;
mod import_procedures;
mod load_snapshot;
mod publish_editions;
mod publish_procedures;
mod recalculate_dossiers;
mod sweep_files;

use std::sync::Arc;

use city_boot::Worker;

use crate::app::App;

pub use dossier_events::{DossierBills, DossierStaff};

/// All background work of the catalogue.
pub fn all(app: &App) -> Vec<Arc<dyn Worker>> {
    vec![
        Arc::new(load_snapshot::LoadSnapshot::new(app)),
        Arc::new(publish_procedures::PublishProcedures(app.clone())),
        Arc::new(import_procedures::ImportProcedures(app.clone())),
        Arc::new(dossier_terms::DossierTerms::new(app)),
        Arc::new(sweep_files::SweepFiles::new(app)),
        Arc::new(dossier_timers::DossierTimers::new(app)),
        Arc::new(publish_editions::PublishEditions(app.clone())),
        Arc::new(recalculate_dossiers::RecalculateDossiers::new(app)),
    ]
}
