//! The SQL of the schema `catalogue`, and nothing else.

pub mod dossier;
pub mod procedure;
pub mod registry;
pub mod service;
