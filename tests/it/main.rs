//! Tests of the house as a whole: that its rules are kept, and that a resident's and an officer's journeys work end to end.
#![expect(
    clippy::panic,
    reason = "a broken arrangement fails the test, also outside the test's own function"
)]

mod authz;
mod console;
mod crash;
mod cut_connections;
mod dossier;
mod inbox;
mod journeys;
mod money;
mod phone;
mod proxy;
mod tidy;
mod whole_city;
