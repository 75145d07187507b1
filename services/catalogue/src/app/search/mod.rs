//! Search and place names.

mod find;
mod input;
mod place_suggest;

pub use find::search;
pub use place_suggest::place_suggest;
