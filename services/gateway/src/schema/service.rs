//! Services of the city as one reader sees them.

use async_graphql::{ComplexObject, Enum, ID, SimpleObject};
use city_contracts::catalogue::service as wire;
use city_contracts::common::Locale;

use super::agency::Agency;
use super::availability::Availability;
use super::edition::EditionInfo;
use super::procedure::Procedure;
use super::scalars::DateTime;
use super::service_group::Category;
use super::shared::Localised;

/// The prefix of a service's global id.
pub const PREFIX: &str = "srv_";

/// What kind of entry a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ServiceKind", remote = "city_contracts::catalogue::service::ServiceKind")]
pub enum ServiceKind {
    /// A part of the app itself.
    #[graphql(name = "NATIVE")]
    Native,
    /// An administrative procedure that can be applied for.
    #[graphql(name = "PROCEDURE")]
    Procedure,
    /// A page of somebody else.
    #[graphql(name = "EXTERNAL")]
    External,
    /// A small app inside the app.
    #[graphql(name = "MINIAPP")]
    Miniapp,
    /// Something to read.
    #[graphql(name = "INFO")]
    Info,
    /// For the city's staff.
    #[graphql(name = "STAFF")]
    Staff,
}

/// A way to reach a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Channel", remote = "city_contracts::catalogue::service::Channel")]
pub enum Channel {
    /// The city's app.
    #[graphql(name = "APP")]
    App,
    /// The national or the city's portal.
    #[graphql(name = "ONLINE_PORTAL")]
    OnlinePortal,
    /// A counter.
    #[graphql(name = "COUNTER")]
    Counter,
    /// By post.
    #[graphql(name = "POST")]
    Post,
    /// By telephone.
    #[graphql(name = "PHONE")]
    Phone,
}

/// A service of the city.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Service", complex)]
pub struct Service {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// The city's code for it.
    #[graphql(name = "code")]
    code: ID,
    /// What kind of entry.
    #[graphql(name = "kind")]
    kind: ServiceKind,
    /// Its name.
    #[graphql(name = "name")]
    name: Localised,
    /// What it does, in at most 140 characters.
    #[graphql(name = "summary")]
    summary: Localised,
    /// Its group.
    #[graphql(name = "category")]
    category: Category,
    /// The agency that is responsible.
    #[graphql(name = "owner")]
    owner: Agency,
    /// The ways to reach it.
    #[graphql(name = "channels")]
    channels: Vec<Channel>,
    /// 0 for anybody, 1 for who signed in, 2 for who proved their identity.
    #[graphql(name = "minIdentityLevel")]
    min_identity_level: i32,
    /// The procedure behind it.
    #[graphql(name = "procedure")]
    pub procedure: Option<Procedure>,
    /// Where the app goes to open it.
    #[graphql(name = "deepLink")]
    deep_link: Option<String>,
    /// Which version of its description this is.
    #[graphql(name = "edition")]
    edition: EditionInfo,
    /// Whether it is shown for demonstration and nobody checked what it says.
    #[graphql(name = "demo")]
    demo: bool,
    /// The code of the withdrawn service that was asked for, when this is its replacement.
    #[graphql(name = "redirectedFrom")]
    redirected_from: Option<ID>,
    /// Whether the caller keeps it.
    #[graphql(name = "favourite")]
    favourite: bool,
    /// When the caller last opened it.
    #[graphql(name = "lastOpenedAt")]
    last_opened_at: Option<DateTime>,
    #[graphql(skip)]
    availability: Availability,
    #[graphql(skip)]
    in_wards: Vec<(String, Availability)>,
    /// To be looked up with those of the other services of an answer.
    #[graphql(skip)]
    pub procedure_code: Option<String>,
}

#[ComplexObject]
impl Service {
    /// Whether the caller can use it now, with the app they have; with a ward, whether there. As part of something that is no
    /// service, only the answer without a ward is known.
    #[graphql(name = "availability")]
    async fn availability(
        &self,
        #[graphql(name = "wardCode", desc = "The code of a present ward.")] ward_code: Option<ID>,
    ) -> Availability {
        let of_ward = |code: ID| self.in_wards.iter().find(|(known, _)| *known == *code);
        let found = ward_code.and_then(of_ward).map(|(_, availability)| availability);
        found.unwrap_or(&self.availability).clone()
    }
}

impl Service {
    pub fn new(of: wire::Service, locale: Locale) -> Self {
        let in_ward = |of: wire::AvailabilityInWard| {
            (of.ward_code, Availability::new(of.availability, locale))
        };
        Self {
            id: ID(format!("{PREFIX}{}", of.code)),
            code: ID(of.code),
            kind: of.kind.into(),
            name: Localised::new(of.name, locale),
            summary: Localised::new(of.summary, locale),
            category: Category::of_service(of.category, locale),
            owner: Agency::of_owner(of.owner, locale),
            channels: of.channels.into_iter().map(Channel::from).collect(),
            min_identity_level: of.min_identity_level.into(),
            procedure: None,
            deep_link: of.deep_link,
            edition: EditionInfo::new(&of.edition),
            demo: of.demo,
            redirected_from: of.redirected_from.map(ID),
            favourite: of.favourite,
            last_opened_at: of.last_opened_at.map(DateTime),
            availability: Availability::new(of.availability, locale),
            in_wards: of.in_wards.into_iter().map(in_ward).collect(),
            procedure_code: of.procedure_code,
        }
    }
}
