//! Routes for staff: editors and publishers, each over the agencies of their scope.

pub mod draft;
pub mod editions;
pub mod import;
pub mod moves;
