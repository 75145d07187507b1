//! Dossiers: the SQL.

pub mod access;
pub mod bill;
pub mod component;
pub mod counter;
pub mod demo;
pub mod draft;
pub mod event;
pub mod file;
pub mod list;
pub mod mine;
pub mod privacy;
pub mod quote;
pub mod rating;
pub mod request;
pub mod result;
pub mod sealed;
pub mod segment;
pub mod seq;
pub mod stats;
pub mod timer;
pub mod track;
pub mod transfer;
pub mod whole;
