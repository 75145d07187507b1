//! Consumers and schedules, one file each.

mod load_snapshot;

use std::sync::Arc;

use city_boot::Worker;

use crate::app::App;

/// All background work of the catalogue.
pub fn all(app: &App) -> Vec<Arc<dyn Worker>> {
    vec![Arc::new(load_snapshot::LoadSnapshot::new(app))]
}
