//! Use cases, one file each, a folder a part of the catalogue.

pub mod dossier;
mod nodes;
pub mod procedure;
pub mod registry;
pub mod search;
pub mod service;

use std::sync::Arc;

use city_auth::Keyring;
use city_blobs::Blobs;
use city_clients::Accounts;
use city_clock::SharedClock;
use city_ids::Ids;
pub use nodes::nodes;
use sqlx::PgPool;

use crate::snapshot::Snapshots;

/// What the use cases stand on.
#[derive(Debug, Clone)]
pub struct App {
    /// The service's pool.
    pub db: PgPool,
    /// The clock.
    pub clock: SharedClock,
    /// Where ids come from.
    pub ids: Arc<Ids>,
    /// What is published, as reads see it.
    pub snapshots: Snapshots,
    /// Where the files of dossiers are.
    pub blobs: Blobs,
    /// Wraps the keys of dossiers.
    pub keyring: Arc<Keyring>,
    /// Whom forms are prefilled from.
    pub accounts: Accounts,
    /// Days for which ended dossiers are kept that nobody is linked to any more.
    pub retention_days: u16,
}
