//! Services: what they say, who can use them now, what an entry must be before residents see it.

mod availability;
mod client;
mod content;
mod gate;
mod lint;
mod status;
mod withdrawal;

pub use availability::{Asking, Refused, Terms, availability};
pub use client::{AppVersion, Client, Platform};
pub use content::{Body, Content, Texts};
pub use gate::Gate;
pub use lint::{Linted, Surroundings, bounds, lint};
pub use status::{Status, current};
pub use withdrawal::WithdrawnAs;

#[cfg(test)]
mod tests;
