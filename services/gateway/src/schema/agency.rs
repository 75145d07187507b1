//! The offices of the city, and when their doors are open.

use async_graphql::{ComplexObject, ID, SimpleObject};
use city_contracts::catalogue::registry as wire;
use city_contracts::catalogue::registry::{AgencyFacts, AgencyView};
use city_contracts::catalogue::service;
use city_contracts::common::{self, Locale};
use city_contracts::reports;

use super::place::Place;
use super::scalars::Date;
use super::shared::Localised;

/// The prefix of an agency's global id.
pub const PREFIX: &str = "agy_";

/// Days of opening hours that are given when nobody says how many.
pub const DAYS: i32 = 14;

/// An office of the city that answers for something.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Agency", complex)]
pub struct Agency {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// The city's code for it.
    #[graphql(name = "code")]
    code: ID,
    /// Its name.
    #[graphql(name = "name")]
    name: Localised,
    /// The place it serves; null for the whole city, and where the agency is part of something else.
    #[graphql(name = "place")]
    place: Option<Box<Place>>,
    /// The agency above it; null where the agency is part of something else.
    #[graphql(name = "parent")]
    parent: Option<Box<Agency>>,
    /// The code of the agency above it.
    #[graphql(name = "parentCode")]
    parent_code: Option<ID>,
    /// Its public number.
    #[graphql(name = "phone")]
    phone: Option<String>,
    #[graphql(skip)]
    openings: Option<Vec<OpenDay>>,
}

#[ComplexObject]
impl Agency {
    /// When its doors are open on the next days, today first. Null where the agency is part of something else: ask for it by
    /// its code or id.
    #[graphql(name = "openings")]
    async fn openings(
        &self,
        #[graphql(name = "days", default_with = "Some(DAYS)", desc = "How many days, 1 to 62.")]
        days: Option<i32>,
    ) -> Option<Vec<OpenDay>> {
        let days = usize::try_from(days.unwrap_or(DAYS)).unwrap_or(0);
        self.openings.as_ref().map(|all| all.iter().take(days).cloned().collect())
    }
}

/// A day of an agency.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "OpenDay")]
pub struct OpenDay {
    /// The day.
    #[graphql(name = "date")]
    date: Date,
    /// When it is open; empty: closed.
    #[graphql(name = "hours")]
    hours: Vec<OpenHours>,
    /// The name of the holiday, when it is closed although the week says otherwise.
    #[graphql(name = "closedFor")]
    closed_for: Option<Localised>,
}

/// An interval of opening hours, such as `07:30` to `11:30`.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "OpenHours")]
pub struct OpenHours {
    /// When it opens.
    #[graphql(name = "from")]
    from: String,
    /// When it closes.
    #[graphql(name = "to")]
    to: String,
}

impl Agency {
    /// An agency with its place, the one above it and its openings.
    pub fn new(of: AgencyView, locale: Locale) -> Self {
        let openings = of.openings.into_iter().map(|day| OpenDay::new(day, locale));
        Self {
            place: of.place.map(|place| Box::new(Place::of_facts(place, locale))),
            parent: of.parent.map(|parent| Box::new(Self::of_facts(parent, locale))),
            openings: Some(openings.collect()),
            ..Self::of_facts(of.facts, locale)
        }
    }

    /// An agency as something else names it.
    pub fn of_facts(of: AgencyFacts, locale: Locale) -> Self {
        let parent = of.parent_id.as_deref().and_then(|id| id.strip_prefix(PREFIX));
        Self {
            parent_code: parent.map(|code| ID(code.to_owned())),
            phone: of.phone,
            ..Self::named(of.code, of.name, locale)
        }
    }

    /// An agency of which only code and name are told.
    pub fn named(code: String, name: common::Localised, locale: Locale) -> Self {
        Self {
            id: ID(format!("{PREFIX}{code}")),
            code: ID(code),
            name: Localised::new(name, locale),
            place: None,
            parent: None,
            parent_code: None,
            phone: None,
            openings: None,
        }
    }

    /// The agency that answers for a service.
    pub fn of_owner(of: service::Owner, locale: Locale) -> Self {
        Self { phone: of.phone, ..Self::named(of.code, of.name, locale) }
    }

    /// The agency of a report.
    pub fn of_report(of: reports::AgencyView, locale: Locale) -> Self {
        let parent_code = of.parent_code.map(ID);
        Self { parent_code, ..Self::named(of.code, of.name, locale) }
    }
}

impl OpenDay {
    fn new(of: wire::OpenDay, locale: Locale) -> Self {
        let hours = |hours: wire::OpenHours| OpenHours { from: hours.from, to: hours.to };
        Self {
            date: Date(of.date),
            hours: of.hours.into_iter().map(hours).collect(),
            closed_for: of.closed_for.map(|name| Localised::new(name, locale)),
        }
    }
}
