//! Photos from the ticket to the public file, through the router, on a real database and a real store.

mod child;
mod cleaning;
mod fixture;
mod life;
mod media;
mod metadata;
mod pictures;
mod store_away;
mod tickets;

pub use fixture::own_bucket;
