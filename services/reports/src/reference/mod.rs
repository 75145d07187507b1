//! The registry in memory: wards, agencies, categories, routing and the calendar, as one consistent snapshot.
//!
//! Nothing here is asked of the database while a request runs; labels, scopes, routes and deadlines come from the copy
//! that was read last.

mod agencies;
mod categories;
mod routing;
mod snapshot;

use std::sync::{Arc, PoisonError, RwLock};

pub use agencies::{Agencies, Agency};
pub use categories::{Categories, Category, CategoryRow, DefaultAgency};
pub use routing::{Mode, Route, Rule as RoutingRule};
pub use snapshot::{Reference, WardEntry};

/// Where the snapshot is kept: swapped as a whole, never changed.
#[derive(Debug, Default)]
pub struct ReferenceCell(RwLock<Option<Arc<Reference>>>);

impl ReferenceCell {
    /// The snapshot; none before the first one was read.
    pub fn get(&self) -> Option<Arc<Reference>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, reference: Reference) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(reference));
    }
}
