//! The heads as they are published, one after another: who keeps them can prove later that the books were rewritten.

use serde::{Deserialize, Serialize};

use crate::{BatchHead, Hash, PublishedKeys, Unproven};

/// The head of a batch as it is published: no names, no accounts, no amounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// The head.
    #[serde(flatten)]
    pub head: BatchHead,
    /// Signature of its hash.
    #[serde(with = "crate::receipt::base64url_bytes")]
    pub sig: Vec<u8>,
    /// Name of the key that signed.
    pub kid: String,
}

/// What a run of heads proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvenHeads {
    /// Number of the first batch.
    pub first: u64,
    /// Number of the last one.
    pub last: u64,
    /// Its hash, which covers everything before it.
    pub hash: Hash,
}

/// Verifies heads, a line of JSON each: signed, numbered without a gap, each with the hash of the one before.
///
/// # Errors
/// [`Unproven`] says what is false, or that a line or its key cannot be read.
pub fn verify_heads(lines: &str, keys: &PublishedKeys) -> Result<ProvenHeads, Unproven> {
    let mut proven: Option<(ProvenHeads, u64)> = None;
    for line in lines.lines() {
        let signed: SignedHead = serde_json::from_str(line).map_err(|_| Unproven::Unreadable)?;
        let (head, hash) = (&signed.head, signed.head.hash());
        let judged = keys.verify(&signed.kid, &hash, &signed.sig);
        if !judged.ok_or_else(|| Unproven::UnknownKey(signed.kid.clone()))? {
            return Err(Unproven::False("a signature is not over its head"));
        }
        let follows = match &proven {
            Some((before, epoch)) => {
                before.last.checked_add(1) == Some(head.n)
                    && before.hash == head.prev
                    && *epoch <= head.epoch
            }
            // Only the first of all follows nothing.
            None => head.n > 0 && (head.n == 1) == (head.prev == [0; 32]),
        };
        if !follows {
            return Err(Unproven::False("a head does not follow the one before"));
        }
        let first = proven.map_or(head.n, |(before, _)| before.first);
        proven = Some((ProvenHeads { first, last: head.n, hash }, head.epoch));
    }
    proven.map(|(proven, _)| proven).ok_or(Unproven::Unreadable)
}
