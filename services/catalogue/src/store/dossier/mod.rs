//! Dossiers: the SQL.

pub mod access;
pub mod bill;
pub mod dossier;
pub mod event;
pub mod list;
pub mod quote;
pub mod request;
pub mod result;
pub mod segment;
pub mod seq;
pub mod transfer;
