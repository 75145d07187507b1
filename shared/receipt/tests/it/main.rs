//! Tests of receipts: the published vectors, and what is refused.

mod backing;
mod command;
mod properties;
mod vectors;
