//! Routes for staff: editors, publishers, operators, each over the agencies of their scope.

pub mod draft;
pub mod editions;
pub mod gates;
pub mod lists;
pub mod moves;
pub mod revert;
pub mod status;
mod text;
pub mod withdraw;
