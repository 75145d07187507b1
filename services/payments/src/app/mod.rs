//! Use cases, one file each.

use std::sync::Arc;

use city_clock::SharedClock;
use city_ids::Ids;
use sqlx::PgPool;

use crate::sequencer::Ledger;

/// What the use cases stand on.
#[derive(Debug, Clone)]
pub struct App {
    /// The service's pool.
    pub db: PgPool,
    /// The clock.
    pub clock: SharedClock,
    /// Where ids come from.
    pub ids: Arc<Ids>,
    /// The ledger.
    pub ledger: Ledger,
}
