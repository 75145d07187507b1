//! Where the present picture is kept.

use std::sync::Arc;

use tokio::sync::watch;

use super::Snapshot;
use crate::error::Error;

/// The present picture: swapped as a whole, never changed. A request takes it once and answers from that one.
#[derive(Debug, Clone)]
pub struct Snapshots(Arc<watch::Sender<Option<Arc<Snapshot>>>>);

impl Default for Snapshots {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Snapshots {
    /// The present picture.
    ///
    /// # Errors
    /// [`Error::NotReady`] before it was read for the first time.
    pub fn get(&self) -> Result<Arc<Snapshot>, Error> {
        self.0.borrow().clone().ok_or(Error::NotReady)
    }

    /// Whether there is a picture to answer from.
    pub fn is_loaded(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Puts a picture in place. One that is older than the present one is dropped: readers never go back in time.
    pub fn swap(&self, snapshot: Snapshot) {
        self.0.send_if_modified(|present| {
            let newer = present.as_ref().is_none_or(|old| old.number < snapshot.number);
            if newer {
                *present = Some(Arc::new(snapshot));
            }
            newer
        });
    }

    /// Whether the picture of this publication, or a later one, is in place.
    pub fn has(&self, number: i64) -> bool {
        self.0.borrow().as_ref().is_some_and(|present| present.number >= number)
    }
}
