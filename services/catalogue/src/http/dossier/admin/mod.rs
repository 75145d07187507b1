//! What staff ask about dossiers.

pub mod act;
pub mod reads;
mod wire;
