//! What residents send about services, and what their mutations answer.

use async_graphql::{Enum, ID, InputObject, SimpleObject};
use city_contracts::catalogue::service as wire;
use city_contracts::common::Locale;

use super::service::{Channel, Service, ServiceKind};
use super::user_error::{Checks, UserError};

/// Whom a service is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Audience", remote = "city_contracts::catalogue::service::Audience")]
pub enum Audience {
    /// Residents.
    #[graphql(name = "CITIZEN")]
    Citizen,
    /// Households in business and companies.
    #[graphql(name = "BUSINESS")]
    Business,
    /// Guests of the city.
    #[graphql(name = "VISITOR")]
    Visitor,
    /// The city's staff.
    #[graphql(name = "STAFF")]
    Staff,
}

/// Which services; every field that is given must hold.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ServiceFilter")]
pub struct ServiceFilter {
    /// In this group or one below it.
    #[graphql(name = "categoryCode")]
    category_code: Option<ID>,
    /// Of this kind.
    #[graphql(name = "kind")]
    kind: Option<ServiceKind>,
    /// For these people.
    #[graphql(name = "audience")]
    audience: Option<Audience>,
    /// That can be reached this way.
    #[graphql(name = "channel")]
    channel: Option<Channel>,
    /// That help in this situation of life.
    #[graphql(name = "lifeEventCode")]
    life_event_code: Option<ID>,
    /// Of this agency.
    #[graphql(name = "ownerCode")]
    owner_code: Option<ID>,
    /// That the caller can use now.
    #[graphql(name = "usable")]
    usable: Option<bool>,
    /// That the caller keeps.
    #[graphql(name = "favourite")]
    favourite: Option<bool>,
}

impl From<ServiceFilter> for wire::ServiceFilter {
    fn from(of: ServiceFilter) -> Self {
        Self {
            category_code: of.category_code.map(String::from),
            kind: of.kind.map(Into::into),
            audience: of.audience.map(Into::into),
            channel: of.channel.map(Into::into),
            life_event_code: of.life_event_code.map(String::from),
            owner_code: of.owner_code.map(String::from),
            usable: of.usable,
            favourite: of.favourite,
        }
    }
}

/// Opens a service.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "OpenServiceInput")]
pub struct OpenServiceInput {
    /// Made by the app, one for each opening.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The code of the service.
    #[graphql(name = "code")]
    code: ID,
    /// The code of the ward where the person lives or is.
    #[graphql(name = "wardCode")]
    ward_code: Option<ID>,
}

impl OpenServiceInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(
        self,
        client: wire::ClientApp,
        locale: Locale,
    ) -> Result<wire::OpenService, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let wire = checks.key(&self.idempotency_key).map(|idempotency_key| wire::OpenService {
            idempotency_key,
            code: self.code.into(),
            ward_code: self.ward_code.map(String::from),
            client,
        });
        checks.done(wire)
    }
}

/// Keeps a service, or no longer.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SetFavouriteServiceInput")]
pub struct SetFavouriteServiceInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The code of the service.
    #[graphql(name = "code")]
    code: ID,
    /// Whether to keep it.
    #[graphql(name = "favourite")]
    favourite: bool,
}

impl SetFavouriteServiceInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(
        self,
        client: wire::ClientApp,
        locale: Locale,
    ) -> Result<wire::SetFavouriteService, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let wire = key.map(|idempotency_key| wire::SetFavouriteService {
            idempotency_key,
            code: self.code.into(),
            favourite: self.favourite,
            client,
        });
        checks.done(wire)
    }
}

/// Records openings, or no longer.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SetServiceHistoryInput")]
pub struct SetServiceHistoryInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// Whether openings are recorded; false forgets what was recorded.
    #[graphql(name = "on")]
    on: bool,
}

impl SetServiceHistoryInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::SetServiceHistory, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let on = self.on;
        let wire = checks
            .key(&self.idempotency_key)
            .map(|idempotency_key| wire::SetServiceHistory { idempotency_key, on });
        checks.done(wire)
    }
}

/// The answer to opening a service.
#[derive(Debug, SimpleObject)]
#[graphql(name = "OpenServicePayload")]
pub struct OpenServicePayload {
    /// The service, or what replaced it; null when the city refused.
    #[graphql(name = "service")]
    pub service: Option<Service>,
    /// Where the app goes.
    #[graphql(name = "deepLink")]
    pub deep_link: Option<String>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to a change of what the caller keeps.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ServicePayload")]
pub struct ServicePayload {
    /// The service as it is now; null when the city refused.
    #[graphql(name = "service")]
    pub service: Option<Service>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to a change of what is recorded.
#[derive(Debug, SimpleObject)]
#[graphql(name = "HistoryPayload")]
pub struct HistoryPayload {
    /// Whether openings are recorded now; null when the city refused.
    #[graphql(name = "historyOn")]
    pub history_on: Option<bool>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}
