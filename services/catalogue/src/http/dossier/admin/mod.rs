//! What staff ask about dossiers.

pub mod act;
mod wire;
