//! The table of availability, versions, rollout, the lint.

mod available;
mod linted;
