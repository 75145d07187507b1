//! Background work: one file a consumer or schedule.

mod clean_photos;
mod refresh_reference;
mod sweep_uploads;
mod timers;

use std::sync::Arc;

use city_boot::Worker;

use crate::app::App;

/// All of it.
pub fn all(app: &App) -> Vec<Arc<dyn Worker>> {
    let mut workers: Vec<Arc<dyn Worker>> = vec![
        Arc::new(timers::Timers::new(app)),
        Arc::new(refresh_reference::RefreshReference::new(app)),
        Arc::new(sweep_uploads::SweepUploads::new(app)),
    ];
    workers.extend(clean_photos::CleanPhotos::pair(app));
    workers
}
