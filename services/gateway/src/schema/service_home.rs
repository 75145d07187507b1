//! The first screen of the services.

use async_graphql::{ID, SimpleObject};
use city_contracts::catalogue::service as wire;
use city_contracts::common::Locale;

use super::availability::{Fallback, ServiceState};
use super::scalars::DateTime;
use super::service::Service;
use super::shared::Localised;

/// The first screen of the services.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ServiceHome")]
pub struct ServiceHome {
    /// What the caller keeps, by name.
    #[graphql(name = "favourites")]
    favourites: Vec<Service>,
    /// What the caller opened, the latest first, at most 10.
    #[graphql(name = "recent")]
    recent: Vec<Service>,
    /// What helps in situations of life.
    #[graphql(name = "suggestions")]
    suggestions: Vec<LifeEventSuggestion>,
    /// What does not work as it should.
    #[graphql(name = "notices")]
    notices: Vec<ServiceNotice>,
    /// Whether openings are recorded for the caller.
    #[graphql(name = "historyOn")]
    history_on: bool,
}

/// Services that help in one situation of life.
#[derive(Debug, SimpleObject)]
#[graphql(name = "LifeEventSuggestion")]
pub struct LifeEventSuggestion {
    /// The city's code for the situation.
    #[graphql(name = "lifeEventCode")]
    life_event_code: ID,
    /// Its name.
    #[graphql(name = "name")]
    name: Localised,
    /// The services, in the order of the city.
    #[graphql(name = "services")]
    services: Vec<Service>,
}

/// A service that does not work as it should, or will not.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ServiceNotice")]
pub struct ServiceNotice {
    /// The code of the service.
    #[graphql(name = "serviceCode")]
    service_code: ID,
    /// Its name.
    #[graphql(name = "name")]
    name: Localised,
    /// How it works.
    #[graphql(name = "state")]
    state: ServiceState,
    /// What the city says.
    #[graphql(name = "text")]
    text: Option<Localised>,
    /// Since when, where the city said so.
    #[graphql(name = "since")]
    since: Option<DateTime>,
    /// Until when, where it is known.
    #[graphql(name = "until")]
    until: Option<DateTime>,
    /// Where to turn meanwhile.
    #[graphql(name = "fallback")]
    fallback: Option<Fallback>,
}

impl ServiceHome {
    pub fn new(of: wire::ServiceHome, locale: Locale) -> Self {
        let services = |of: Vec<wire::Service>| {
            of.into_iter().map(|service| Service::new(service, locale)).collect()
        };
        let suggestion = |of: wire::Suggestion| LifeEventSuggestion {
            life_event_code: ID(of.life_event_code),
            name: Localised::new(of.name, locale),
            services: services(of.services),
        };
        Self {
            favourites: services(of.favourites),
            recent: services(of.recent),
            suggestions: of.suggestions.into_iter().map(suggestion).collect(),
            notices: of.notices.into_iter().map(|of| ServiceNotice::new(of, locale)).collect(),
            history_on: of.history_on,
        }
    }

    /// All services it shows.
    pub fn services(&mut self) -> impl Iterator<Item = &mut Service> {
        let suggested = self.suggestions.iter_mut().flat_map(|of| &mut of.services);
        self.favourites.iter_mut().chain(&mut self.recent).chain(suggested)
    }
}

impl ServiceNotice {
    fn new(of: wire::ServiceNotice, locale: Locale) -> Self {
        Self {
            service_code: ID(of.code),
            name: Localised::new(of.name, locale),
            state: of.state.into(),
            text: of.text.map(|text| Localised::new(text, locale)),
            since: of.since.map(DateTime),
            until: of.until.map(DateTime),
            fallback: of.fallback.map(|fallback| Fallback::new(fallback, locale)),
        }
    }
}
