//! Places, agencies, categories, life events, calendars, with the ways between them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use city_calendar::Calendar;
use city_contracts::catalogue::registry::CalendarView;
use sqlx::PgConnection;

use crate::domain::registry::{Agency, Category, LifeEvent, Place, PlaceId};
use crate::error::Error;
use crate::store::registry::sections;

/// The registry of one publication.
#[derive(Debug, Default)]
pub struct Registry {
    places: BTreeMap<PlaceId, Place>,
    present: HashMap<String, PlaceId>,
    /// Former units by code; several could share one.
    former: HashMap<String, Vec<PlaceId>>,
    succession: Vec<(PlaceId, PlaceId, i64)>,
    successors: HashMap<PlaceId, Vec<PlaceId>>,
    predecessors: HashMap<PlaceId, Vec<PlaceId>>,
    agencies: BTreeMap<String, Agency>,
    agencies_of: HashMap<PlaceId, Vec<String>>,
    categories: Vec<Category>,
    life_events: Vec<LifeEvent>,
    calendars: BTreeMap<(String, u32), PublishedCalendar>,
}

/// A version of a calendar, as published and as it counts.
#[derive(Debug, Clone)]
pub struct PublishedCalendar {
    /// As published.
    pub view: CalendarView,
    /// As it counts.
    pub calendar: Arc<Calendar>,
}

impl Registry {
    /// Reads the section, in the transaction that reads the whole picture.
    ///
    /// # Errors
    /// Unavailable when the database is away; a row that breaks a rule is a fault.
    pub async fn load(db: &mut PgConnection) -> Result<Self, Error> {
        let mut registry = Self {
            succession: sections::succession(db).await?,
            categories: sections::categories(db).await?,
            life_events: sections::life_events(db).await?,
            ..Self::default()
        };
        for (old, new, _) in &registry.succession {
            registry.successors.entry(old.clone()).or_default().push(new.clone());
            registry.predecessors.entry(new.clone()).or_default().push(old.clone());
        }
        for place in sections::places(db).await? {
            if let Some(code) = place.code.clone() {
                if place.is_present() {
                    registry.present.insert(code, place.id.clone());
                } else {
                    registry.former.entry(code).or_default().push(place.id.clone());
                }
            }
            registry.places.insert(place.id.clone(), place);
        }
        for agency in sections::agencies(db).await? {
            if let Some(place) = agency.place.clone().filter(|_| agency.active) {
                registry.agencies_of.entry(place).or_default().push(agency.code.clone());
            }
            registry.agencies.insert(agency.code.clone(), agency);
        }
        for (view, calendar) in sections::calendars(db).await? {
            let key = (view.code.clone(), view.version);
            registry
                .calendars
                .insert(key, PublishedCalendar { view, calendar: Arc::new(calendar) });
        }
        Ok(registry)
    }

    /// All places in the order of their ids, present and former.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.places.values()
    }

    /// The wards and communes of today, by code.
    pub fn wards(&self) -> impl Iterator<Item = &Place> {
        self.places().filter(|place| place.is_ward() && place.is_present())
    }

    /// A place.
    pub fn place(&self, id: &PlaceId) -> Option<&Place> {
        self.places.get(id)
    }

    /// The present unit of a code.
    pub fn present(&self, code: &str) -> Option<&Place> {
        self.place(self.present.get(code)?)
    }

    /// What a code that names no present unit was.
    pub fn former(&self, code: &str) -> impl Iterator<Item = &Place> {
        self.former.get(code).into_iter().flatten().filter_map(|id| self.place(id))
    }

    /// The present units a former one became.
    pub fn successors(&self, id: &PlaceId) -> impl Iterator<Item = &Place> {
        self.successors.get(id).into_iter().flatten().filter_map(|id| self.place(id))
    }

    /// The former units a present one was made of.
    pub fn predecessors(&self, id: &PlaceId) -> impl Iterator<Item = &Place> {
        self.predecessors.get(id).into_iter().flatten().filter_map(|id| self.place(id))
    }

    /// Who became what, and in which publication that was said.
    pub fn succession(&self) -> &[(PlaceId, PlaceId, i64)] {
        &self.succession
    }

    /// The ward or commune of a code that a caller gave at `field`.
    ///
    /// # Errors
    /// [`Error::PlaceFormer`] with its successors for the code of a former unit only, [`Error::PlaceUnknown`] for any other.
    pub fn ward_by_code(&self, code: &str, field: &str) -> Result<&Place, Error> {
        if let Some(ward) = self.present(code).filter(|place| place.is_ward()) {
            return Ok(ward);
        }
        let mut became: Vec<&Place> =
            self.former(code).flat_map(|old| self.successors(&old.id)).collect();
        became.dedup_by_key(|place| place.id.clone());
        let field = field.to_owned();
        if became.is_empty() {
            return Err(Error::PlaceUnknown { field });
        }
        let successors = became
            .into_iter()
            .filter_map(|place| Some((place.code.clone()?, place.name.clone())))
            .collect();
        Err(Error::PlaceFormer { field, successors })
    }

    /// All agencies by code, also those that have ended.
    pub fn agencies(&self) -> impl Iterator<Item = &Agency> {
        self.agencies.values()
    }

    /// An agency.
    pub fn agency(&self, code: &str) -> Option<&Agency> {
        self.agencies.get(code)
    }

    /// The agency and all above it, for the question whether a scope covers it.
    pub fn agency_chain<'a>(&'a self, code: &'a str) -> Vec<&'a str> {
        const MAX_DEPTH: usize = 8; // a circle in the data must not hang a request
        let parent = |code: &&'a str| self.agency(code).and_then(|agency| agency.parent.as_deref());
        std::iter::successors(Some(code), parent).take(MAX_DEPTH).collect()
    }

    /// The agencies at work that serve a place.
    pub fn agencies_of(&self, place: &PlaceId) -> impl Iterator<Item = &Agency> {
        self.agencies_of.get(place).into_iter().flatten().filter_map(|code| self.agency(code))
    }

    /// The groups of services, in order.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// A group.
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.code == code)
    }

    /// The life events, in order.
    pub fn life_events(&self) -> &[LifeEvent] {
        &self.life_events
    }

    /// A version of a calendar.
    pub fn calendar(&self, code: &str, version: u32) -> Option<&PublishedCalendar> {
        self.calendars.get(&(code.to_owned(), version))
    }

    /// The newest version of a calendar.
    pub fn current_calendar(&self, code: &str) -> Option<&PublishedCalendar> {
        let (from, to) = ((code.to_owned(), 0), (code.to_owned(), u32::MAX));
        self.calendars.range(from..=to).next_back().map(|(_, published)| published)
    }

    /// All versions of all calendars, by code, oldest first.
    pub fn calendars(&self) -> impl Iterator<Item = &PublishedCalendar> {
        self.calendars.values()
    }
}
