//! Ids that the service itself gives to postings, so that a worker that runs twice posts once.

use uuid::{Builder, Uuid};

use crate::sha256;

/// The id that follows from `base` for one purpose: a UUIDv7 of the same millisecond, so that it lies in the same
/// partition as what it follows from.
pub fn derive(label: &str, base: Uuid) -> Uuid {
    let digest = sha256(&[b"city.pay.id.v1", &[0], label.as_bytes(), &[0], base.as_bytes()]);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&base.as_bytes()[..6]);
    bytes[6..].copy_from_slice(&digest[..10]);
    Builder::from_bytes(bytes)
        .with_version(uuid::Version::SortRand)
        .with_variant(uuid::Variant::RFC4122)
        .into_uuid()
}
