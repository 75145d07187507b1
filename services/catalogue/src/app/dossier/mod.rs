//! Dossiers.

mod keep;

pub use keep::keep;
