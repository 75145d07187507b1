//! How services are grouped: categories, and situations of life.

use async_graphql::{ID, SimpleObject};
use city_contracts::catalogue::registry::{CategoryView, LifeEventView};
use city_contracts::catalogue::service;
use city_contracts::common::Locale;

use super::shared::Localised;

/// The prefix of a category's global id.
pub const PREFIX: &str = "cat_";

/// A group of services.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Category")]
pub struct Category {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// The city's code for it.
    #[graphql(name = "code")]
    code: ID,
    /// Its name.
    #[graphql(name = "name")]
    name: Localised,
    /// What is in it; null where the category is part of a service.
    #[graphql(name = "summary")]
    summary: Option<Localised>,
    /// The code of the group it belongs to.
    #[graphql(name = "parentCode")]
    parent_code: Option<ID>,
    /// Its place among the groups.
    #[graphql(name = "sort")]
    sort: i32,
}

impl Category {
    pub fn new(of: CategoryView, locale: Locale) -> Self {
        let parent = of.parent_id.as_deref().and_then(|id| id.strip_prefix(PREFIX));
        Self {
            id: ID(of.id),
            code: ID(of.code),
            name: Localised::new(of.name, locale),
            summary: of.summary.map(|summary| Localised::new(summary, locale)),
            parent_code: parent.map(|code| ID(code.to_owned())),
            sort: of.sort,
        }
    }

    /// The group of a service.
    pub fn of_service(of: service::Category, locale: Locale) -> Self {
        Self {
            id: ID(format!("{PREFIX}{}", of.code)),
            code: ID(of.code),
            name: Localised::new(of.name, locale),
            summary: None,
            parent_code: of.parent.map(ID),
            sort: of.sort,
        }
    }
}

/// Something that happens in a life, and the services it asks for.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "LifeEvent")]
pub struct LifeEvent {
    /// The city's code for it, such as `having-a-baby`.
    #[graphql(name = "code")]
    code: ID,
    /// Its name.
    #[graphql(name = "name")]
    name: Localised,
    /// What it is about.
    #[graphql(name = "summary")]
    summary: Option<Localised>,
    /// Codes of the services that help, in order.
    #[graphql(name = "serviceCodes")]
    service_codes: Vec<ID>,
}

impl LifeEvent {
    pub fn new(of: LifeEventView, locale: Locale) -> Self {
        Self {
            code: ID(of.code),
            name: Localised::new(of.name, locale),
            summary: of.summary.map(|summary| Localised::new(summary, locale)),
            service_codes: of.service_codes.into_iter().map(ID).collect(),
        }
    }
}
