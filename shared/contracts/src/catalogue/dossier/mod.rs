//! Dossiers, as residents meet them: what the routes under `/internal/v1` take and give.
//!
//! Every mutation names the dossier's `version`; a stale one is a conflict. Answers never carry ids of files: files are
//! attached to components.

mod file;
mod input;
mod privacy;
mod query;
mod state;
mod view;

pub use file::*;
pub use input::*;
pub use privacy::*;
pub use query::*;
pub use state::*;
pub use view::*;

pub use crate::reports::{ClockState, DueDayView, UploadHeader};
