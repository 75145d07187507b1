//! Search and place names: pure, over plain records, so that it can be tested and measured without a database.
//!
//! [`SearchIndex`] finds services, procedures, present places and agencies by whatever somebody types; [`PlaceNames`] finds
//! the present units that a place name, today's or a former one, can mean.

mod abbreviation;
mod entry;
mod index;
mod place_names;
mod postings;
mod query;
mod trigram;
mod unit_word;

#[cfg(test)]
mod tests;

pub use abbreviation::abbreviations;
pub use entry::Entry;
pub use index::{Found, Hit, SearchIndex};
pub use place_names::{FormerName, Match, PlaceNames, Unit};
pub use query::{MOST_CHARACTERS, Query, QueryError};
