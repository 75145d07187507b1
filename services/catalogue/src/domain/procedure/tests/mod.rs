//! The rules together.

mod conditions;
mod fees;
mod filing;
mod sample;
