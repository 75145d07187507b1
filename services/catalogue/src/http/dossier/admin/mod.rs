//! What staff ask about dossiers.

pub mod act;
pub mod reads;
pub mod result_files;
mod wire;
