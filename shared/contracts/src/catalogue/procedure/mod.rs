//! Procedures, their forms, fees and checks.

mod admin;
mod body;
mod check;
mod event;
mod quote;
mod view;

pub use admin::*;
pub use body::*;
pub use check::*;
pub use event::*;
pub use quote::*;
pub use view::*;
