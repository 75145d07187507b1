//! The authorisation matrix: what each character gets from every operation of the admin API and from every root field of
//! GraphQL. An operation or a field that nobody decided about fails.

mod actions;
mod admin;
mod catalogue;
mod catalogue_admin;
mod graphql;
pub mod payments;
mod payments_admin;
mod people;
mod public_part;
mod spoofing;
