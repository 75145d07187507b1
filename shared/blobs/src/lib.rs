//! The object store: files that are too large for PostgreSQL, in one private bucket of any S3-compatible store.
//!
//! Clients upload with [`Blobs::presign_put`], which binds length and type, and services read, write and delete by key.
//! What deliberately does not live here: what a file is, who may see it, and which keys there are.
#![deny(missing_docs)]

mod config;
mod error;
mod signed;
mod store;

#[cfg(test)]
mod tests;

pub use config::{S3Config, S3Settings};
pub use error::BlobError;
pub use signed::{SignError, SignedPut};
pub use store::{Blobs, Head};
