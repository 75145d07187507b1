//! Whether somebody can use a service now, and where to turn if not.

use async_graphql::{Enum, SimpleObject};
use city_contracts::catalogue::service as wire;
use city_contracts::common::Locale;

use super::agency::Agency;
use super::scalars::DateTime;
use super::service::Channel;
use super::shared::Localised;

/// Why somebody cannot use a service now; the first reason that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Unusable", remote = "city_contracts::catalogue::service::Unusable")]
pub enum Unusable {
    /// It was withdrawn.
    #[graphql(name = "CLOSED")]
    Closed,
    /// This app, version or system is not let in; also when it does not say what it is.
    #[graphql(name = "NOT_FOR_THIS_APP_VERSION")]
    NotForThisAppVersion,
    /// It is opened to a share of the people first.
    #[graphql(name = "NOT_IN_ROLLOUT")]
    NotInRollout,
    /// It is being worked on.
    #[graphql(name = "MAINTENANCE")]
    Maintenance,
    /// It does not work.
    #[graphql(name = "DOWN")]
    Down,
    /// It is offered in some wards only: say which.
    #[graphql(name = "WARD_NEEDED")]
    WardNeeded,
    /// It is not offered in that ward.
    #[graphql(name = "NOT_IN_YOUR_WARD")]
    NotInYourWard,
    /// It needs somebody who signed in, or who proved their identity.
    #[graphql(name = "NEEDS_IDENTITY")]
    NeedsIdentity,
}

/// How a service works just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ServiceState", remote = "city_contracts::catalogue::service::ServiceState")]
pub enum ServiceState {
    /// As it should.
    #[graphql(name = "UP")]
    Up,
    /// Usable, with a notice.
    #[graphql(name = "DEGRADED")]
    Degraded,
    /// Not usable, as planned.
    #[graphql(name = "MAINTENANCE")]
    Maintenance,
    /// Not usable.
    #[graphql(name = "DOWN")]
    Down,
}

/// Where to turn meanwhile.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Fallback")]
pub struct Fallback {
    /// By which way.
    #[graphql(name = "channel")]
    channel: Option<Channel>,
    /// To whom.
    #[graphql(name = "agency")]
    agency: Option<Agency>,
    /// The public number to call.
    #[graphql(name = "phone")]
    phone: Option<String>,
}

/// Whether somebody can use a service now.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Availability")]
pub struct Availability {
    /// Whether they can.
    #[graphql(name = "usable")]
    usable: bool,
    /// Why not.
    #[graphql(name = "reason")]
    reason: Option<Unusable>,
    /// What the city says about it, also when it is usable.
    #[graphql(name = "notice")]
    notice: Option<Localised>,
    /// Until when that holds, where it is known.
    #[graphql(name = "until")]
    until: Option<DateTime>,
    /// Where to turn meanwhile.
    #[graphql(name = "fallback")]
    fallback: Option<Fallback>,
}

impl Availability {
    pub fn new(of: wire::Availability, locale: Locale) -> Self {
        Self {
            usable: of.usable,
            reason: of.reason.map(Unusable::from),
            notice: of.notice.map(|notice| Localised::new(notice, locale)),
            until: of.until.map(DateTime),
            fallback: of.fallback.map(|fallback| Fallback::new(fallback, locale)),
        }
    }
}

impl Fallback {
    pub fn new(of: wire::Fallback, locale: Locale) -> Self {
        let agency = of.agency_code.zip(of.agency_name);
        Self {
            channel: of.channel.map(Channel::from),
            agency: agency.map(|(code, name)| Agency::named(code, name, locale)),
            phone: of.phone,
        }
    }
}
