//! Live editions of services, gates, states.

use std::collections::BTreeMap;

use city_contracts::catalogue::service::ServiceKind;
use sqlx::PgConnection;

use crate::domain::service::{Gate, Status, Terms, WithdrawnAs};
use crate::error::Error;
use crate::store::registry::publication;
use crate::store::service::section::{self, LiveService};
use crate::store::service::{gate, status};

/// Live editions of services, gates, states.
#[derive(Debug, Default)]
pub struct Services {
    /// By code; withdrawn ones and those for staff too.
    entries: BTreeMap<String, Entry>,
}

/// A service as it is published.
#[derive(Debug)]
pub struct Entry {
    /// What its live edition says.
    pub live: LiveService,
    /// In their order.
    pub gates: Vec<Gate>,
    /// In the order they were made.
    pub statuses: Vec<Status>,
}

impl Entry {
    /// What decides on the side of the service whether somebody can use it.
    pub fn terms(&self) -> Terms<'_> {
        Terms {
            withdrawn: self.live.withdrawn.is_some(),
            gates: &self.gates,
            statuses: &self.statuses,
            coverage: &self.live.body.coverage,
            min_identity: self.live.body.min_identity,
        }
    }

    /// Whether residents may know of it.
    fn is_visible(&self) -> bool {
        let gone = self.live.withdrawn.as_ref().is_some_and(|ended| ended.way == WithdrawnAs::Gone);
        self.live.kind != ServiceKind::Staff && !gone
    }
}

/// What somebody finds under a code.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    pub entry: &'a Entry,
    /// The code that was asked for, when this is its replacement.
    pub redirected_from: Option<&'a str>,
}

impl Services {
    /// Reads the section, in the transaction that reads the whole picture.
    ///
    /// # Errors
    /// Unavailable when the database is away; a row that breaks a rule is a fault.
    pub async fn load(db: &mut PgConnection) -> Result<Self, Error> {
        let entry = |live: LiveService| {
            (live.code.clone(), Entry { live, gates: Vec::new(), statuses: Vec::new() })
        };
        let mut entries: BTreeMap<_, _> = section::live(db).await?.into_iter().map(entry).collect();
        for (code, gates) in gate::list_all(db).await? {
            if let Some(entry) = entries.get_mut(&code) {
                entry.gates = gates.iter().map(gate::GateRow::gate).collect::<Result<_, _>>()?;
            }
        }
        // What ended before the last publication never counts again: this keeps the picture small.
        let since = publication::at(db).await?;
        for (code, status) in status::list_from(db, None, since).await? {
            if let Some(entry) = entries.get_mut(&code) {
                entry.statuses.push(status);
            }
        }
        Ok(Self { entries })
    }

    /// A service with a live edition, whoever may know of it and however it ended.
    pub fn published(&self, code: &str) -> Option<&Entry> {
        self.entries.get(code)
    }

    /// A service residents may know of, also one that was withdrawn.
    pub fn visible(&self, code: &str) -> Option<&Entry> {
        self.entries.get(code).filter(|entry| entry.is_visible())
    }

    /// The services that are listed: visible and not withdrawn, by code.
    pub fn listed(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(|entry| entry.is_visible() && entry.live.withdrawn.is_none())
    }

    /// What a resident finds under a code: the service, or what took its place. A replacement that cannot be shown leaves the
    /// withdrawn service with its note.
    pub fn find<'a>(&'a self, code: &'a str) -> Option<Found<'a>> {
        const MAX_HOPS: usize = 5; // replacements of replacements; a circle ends
        let asked = self.visible(code)?;
        let mut entry = asked;
        for _ in 0..MAX_HOPS {
            let ended =
                entry.live.withdrawn.as_ref().filter(|ended| ended.way == WithdrawnAs::Redirect);
            match ended.and_then(|ended| self.visible(ended.replacement.as_deref()?)) {
                None => break,
                Some(next) => entry = next,
            }
        }
        let moved = entry.live.code != asked.live.code;
        Some(Found { entry, redirected_from: moved.then_some(code) })
    }
}
