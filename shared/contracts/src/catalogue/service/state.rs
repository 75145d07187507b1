//! The words for what a service is, for whom, and how it works.

use serde::{Deserialize, Serialize};

/// What kind of entry a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceKind {
    /// A part of the app itself.
    Native,
    /// An administrative procedure that can be applied for.
    Procedure,
    /// A page of somebody else.
    External,
    /// A small app inside the app.
    Miniapp,
    /// Something to read.
    Info,
    /// For the city's staff; it does not exist for residents.
    Staff,
}

/// A way to reach a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// The city's app.
    App,
    /// The national or the city's portal.
    OnlinePortal,
    /// A counter.
    Counter,
    /// By post.
    Post,
    /// By telephone.
    Phone,
}

/// Whom a service is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Audience {
    /// Residents.
    Citizen,
    /// Households in business and companies.
    Business,
    /// Guests of the city.
    Visitor,
    /// The city's staff.
    Staff,
}

/// How a service works just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceState {
    /// As it should.
    Up,
    /// Usable, with a notice.
    Degraded,
    /// Not usable, as planned.
    Maintenance,
    /// Not usable.
    Down,
}

/// Why somebody cannot use a service now; the first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Unusable {
    /// It was withdrawn.
    Closed,
    /// This app, version or system is not let in; also when it does not say what it is.
    NotForThisAppVersion,
    /// It is opened to a share of the people first.
    NotInRollout,
    /// It is being worked on.
    Maintenance,
    /// It does not work.
    Down,
    /// It is offered in some wards only: say which.
    WardNeeded,
    /// It is not offered in that ward.
    NotInYourWard,
    /// It needs a person who signed in, or whose identity is proven.
    NeedsIdentity,
}
