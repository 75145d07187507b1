//! Use cases, one file each, a folder a part of the catalogue.

pub mod dossier;
pub mod procedure;
pub mod registry;
pub mod search;
pub mod service;

use std::sync::Arc;

use city_clock::SharedClock;
use city_ids::Ids;
use sqlx::PgPool;

/// What the use cases stand on.
#[derive(Debug, Clone)]
pub struct App {
    /// The service's pool.
    pub db: PgPool,
    /// The clock.
    pub clock: SharedClock,
    /// Where ids come from.
    pub ids: Arc<Ids>,
}
