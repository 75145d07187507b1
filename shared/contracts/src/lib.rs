//! Types of the wire between services and of public events; nothing here does I/O.
//!
//! A module a service, for its internal routes and its events. Words that several services share are in [`common`].
#![deny(missing_docs)]

pub mod accounts;
pub mod catalogue;
pub mod common;
pub mod event;
pub mod key;
pub mod notifications;
pub mod payments;
pub mod problem;
pub mod reports;
