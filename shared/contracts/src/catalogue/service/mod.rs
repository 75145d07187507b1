//! Services and their editions, gates, states, favourites.

mod event;
mod input;
mod state;
mod view;

pub use event::*;
pub use input::*;
pub use state::*;
pub use view::*;
