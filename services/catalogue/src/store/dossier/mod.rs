//! Dossiers: the SQL.

pub mod access;
pub mod bill;
pub mod dossier;
pub mod event;
pub mod request;
pub mod segment;
pub mod seq;
pub mod transfer;
