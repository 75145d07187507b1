//! What can be done with reports: one file a use case, each owning its transaction.

mod act;
mod act_by_itself;
mod copy_registry;
mod cursor;
mod file_report;
mod filing;
mod finish_photo;
mod judge;
mod list_work;
mod photo_urls;
mod read_media;
mod read_reports;
mod request_photo_upload;
mod staff_reads;
mod staff_view;
mod steps;
mod uploads;
mod view;
mod words;

use std::sync::Arc;

use city_blobs::Blobs;
use city_clients::Catalogue;
use city_clock::SharedClock;
use city_ids::Ids;
use sqlx::PgPool;

pub use act::{StaffAction, StaffCommand, act};
pub use act_by_itself::act_by_itself;
pub use copy_registry::{Published, apply_published, pull_registry};
pub use file_report::file_report;
pub use filing::text as text_finding;
pub use finish_photo::finish_photo;
pub use judge::{contest_report, rate_report, withdraw_report};
pub use list_work::{WorkPage, WorkQuery, list_work};
pub use read_media::{PublicFile, read_media};
pub use read_reports::{categories, feed, mine, nodes, report};
pub use request_photo_upload::{request_after_photo, request_photo_upload};
pub use staff_reads::{staff_report, staff_timeline};
pub use staff_view::{
    ActionDone, ReportLabel, ReportPoint, StaffPhoto, StaffReport, StaffTimelineEntry, WorkItem,
};
pub use view::Viewer;

use crate::config::Config;
use crate::error::{Error, fault};
use crate::reference::{Reference, ReferenceCell};
use crate::store;

/// What use cases stand on; cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    pub db: PgPool,
    pub clock: SharedClock,
    pub ids: Arc<Ids>,
    pub blobs: Blobs,
    pub config: Arc<Config>,
    pub reference: Arc<ReferenceCell>,
    /// Whose registry is copied.
    pub catalogue: Catalogue,
}

impl App {
    /// The registry as it was last read.
    ///
    /// # Errors
    /// [`Error::NotReady`] before it was read for the first time.
    pub fn reference(&self) -> Result<Arc<Reference>, Error> {
        self.reference.get().ok_or(Error::NotReady)
    }

    /// Reads the registry again: at start, after seeding, every few minutes.
    ///
    /// # Errors
    /// [`Error::NotReady`] while the tables are empty; a row that breaks a rule is a fault, and the last copy stays.
    pub async fn load_reference(&self) -> Result<(), Error> {
        let mut db = self.db.acquire().await.map_err(fault("connecting"))?;
        let reference = store::reference::load(&mut db, self.clock.now()).await?;
        self.reference.set(reference);
        Ok(())
    }
}
