//! What anonymous reads answer from: one immutable picture of everything published, swapped whole.
//!
//! A use case that publishes raises the number with [`crate::store::registry::publication::bump`] in its own transaction; the
//! worker `load-snapshot` then reads every section in one transaction and swaps the picture. A section is a file here with a
//! `load`; what is only derived from sections (an index) is built in [`Snapshot::assemble`], off the async threads.

mod cell;
mod procedures;
mod registry;
mod search;
mod services;

pub use cell::Snapshots;
pub use procedures::{Procedures, agencies};
pub use registry::{PublishedCalendar, Registry};
pub use search::{Search, search_entries};
pub use services::{Entry, Services};
use sqlx::{PgConnection, PgPool};

use crate::error::{Error, broken, fault};
use crate::store::registry::publication;

/// One state of everything published. No reader sees half a publication.
#[derive(Debug)]
pub struct Snapshot {
    /// Rises with each publication.
    pub number: i64,
    /// Places, agencies, categories, life events, calendars.
    pub registry: Registry,
    /// Live editions of services, gates, states.
    pub services: Services,
    /// Live editions of procedures with their forms.
    pub procedures: Procedures,
    /// What search and place names answer from.
    pub search: Search,
}

impl Snapshot {
    /// Reads the picture of one moment: all sections in one repeatable-read transaction.
    ///
    /// # Errors
    /// Unavailable when the database is away; a row that breaks a rule is a fault that names it.
    pub async fn load(db: &PgPool) -> Result<Self, Error> {
        let mut tx = db
            .begin_with("begin isolation level repeatable read read only")
            .await
            .map_err(fault("beginning to read what is published"))?;
        let sections = Sections::load(&mut tx).await?;
        tx.rollback().await.map_err(fault("ending the reading"))?;
        tokio::task::spawn_blocking(move || Self::assemble(sections))
            .await
            .map_err(|error| broken("assembling the picture", error))
    }

    /// What follows from the sections alone is computed here, once a publication.
    fn assemble(sections: Sections) -> Self {
        let Sections { number, registry, services, procedures } = sections;
        let search = Search::build(&registry, &services, &procedures);
        Self { number, registry, services, procedures, search }
    }
}

/// What was read, before anything is derived from it.
struct Sections {
    number: i64,
    registry: Registry,
    services: Services,
    procedures: Procedures,
}

impl Sections {
    async fn load(db: &mut PgConnection) -> Result<Self, Error> {
        Ok(Self {
            number: publication::number(db).await?,
            registry: Registry::load(db).await?,
            services: Services::load(db).await?,
            procedures: Procedures::load(db).await?,
        })
    }
}
