//! The pure rules of the catalogue.

pub mod dossier;
pub mod edition;
pub mod procedure;
pub mod registry;
pub mod search;
pub mod service;
