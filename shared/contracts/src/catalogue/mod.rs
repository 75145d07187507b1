//! The catalogue: what its routes take and give, and what it tells the world.

pub mod dossier;
pub mod dossier_event;
pub mod edition;
pub mod node;
pub mod procedure;
pub mod registry;
pub mod search;
pub mod service;
