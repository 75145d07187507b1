//! Background work: one file a consumer or schedule.

mod clean_photos;
mod refresh_reference;
mod registry_events;
mod sweep_uploads;
mod timers;

use std::sync::Arc;

use city_boot::{RedisStore, Worker};
use city_events::Consumer;
use city_ids::ServiceName;

use crate::app::App;

/// All of it.
pub fn all(app: &App, redis: RedisStore, instance: &str) -> Vec<Arc<dyn Worker>> {
    let mut workers: Vec<Arc<dyn Worker>> = vec![
        Arc::new(timers::Timers::new(app)),
        Arc::new(refresh_reference::RefreshReference::new(app)),
        Arc::new(sweep_uploads::SweepUploads::new(app)),
        Arc::new(Consumer::new(
            registry_events::RegistryEvents(app.clone()),
            ServiceName::Reports,
            app.db.clone(),
            redis,
            app.clock.clone(),
            instance,
        )),
    ];
    workers.extend(clean_photos::CleanPhotos::pair(app));
    workers
}
