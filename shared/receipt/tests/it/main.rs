//! Tests of receipts: the published vectors, and what is refused.

mod backing;
mod command;
mod heads;
mod properties;
mod vectors;
