//! Search and place names.

mod input;
mod place_suggest;
mod place_view;
mod search;

pub use place_suggest::place_suggest;
pub use search::search;
