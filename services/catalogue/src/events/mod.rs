//! The table: domain event → public event.

pub mod dossier;
pub mod service;
