//! Tests of the house as a whole: that its rules are kept, and that a resident's and an officer's journeys work end to end.

mod crash;
mod journeys;
mod phone;
mod proxy;
mod tidy;
mod whole_city;
