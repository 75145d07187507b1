//! Procedures, their editions and forms, fees, checks.

pub mod check;
pub mod condition;
pub mod edition;
pub mod fee;
pub mod form;
pub mod identity;
mod number;
pub mod routing;
pub mod terms;
#[cfg(test)]
mod tests;
mod wording;

pub use check::{Checked, Filing, check_file};
pub use edition::{Edition, Terms};
pub use fee::quote;
pub use form::{AccountFacts, Form, Moved, lint as lint_form, move_answers, prefill};
pub use routing::{Agencies, AgencyFact};
