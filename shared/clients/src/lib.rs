//! Typed calls between services.
//!
//! [`ServiceClient`] is the one way over: identity, deadline, trace, one retry, a bound on calls in flight and a breaker.
//! [`Accounts`], [`Catalogue`], [`Reports`], [`Notifications`] and [`Payments`] name the routes, a method each.
#![deny(missing_docs)]

mod accounts;
mod breaker;
mod call;
mod catalogue;
mod dossiers;
mod merchants;
mod notifications;
mod payments;
mod provider_payments;
mod reports;
mod service;

pub use accounts::Accounts;
pub use call::{APP_HEADERS, AppHeaders, Call, CallError, Heard, Keeping};
pub use catalogue::Catalogue;
pub use notifications::Notifications;
pub use payments::Payments;
pub use reports::Reports;
pub use service::{Answered, ServiceClient};
