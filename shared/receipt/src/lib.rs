//! Proof of a payment: what the ledger signs, and how a stranger verifies it without network or database.
//!
//! A batch of the ledger has a [`Leaf`] for each of its rows, a Merkle [`root`](merkle::root) over them, a [`BatchHead`]
//! that chains to the batch before, and an Ed25519 signature over the head. A [`Receipt`] carries one leaf with its path
//! to the root and the signed head. Everything here is pure; times are microseconds since 1970.
#![deny(missing_docs)]

mod backing;
mod derived;
mod head;
mod heads;
mod keys;
mod leaf;
pub mod merkle;
mod receipt;
mod wire;

pub use backing::{BackingStatement, BankBalance, SignedBacking, verify_backing};
pub use derived::derive;
pub use head::BatchHead;
pub use heads::{ProvenHeads, SignedHead, verify_heads};
pub use keys::{HeadKey, PublishedKeys, UnreadableKeys};
pub use leaf::{Command, Leaf, Leg, Rejection};
pub use receipt::{Proven, Receipt, Unproven, verify};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// The SHA-256 digest of parts, joined with nothing between.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}
