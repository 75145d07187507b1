//! Services: the SQL.

pub mod edition;
pub mod gate;
pub mod kept;
pub mod lists;
pub mod root;
pub mod section;
pub mod seed;
pub mod status;
mod texts;
mod word;
