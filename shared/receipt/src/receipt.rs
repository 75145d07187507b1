//! The receipt of a payment, and what it proves.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::{BatchHead, Hash, Leaf, PublishedKeys, merkle, sha256};

/// The version of the form.
const VERSION: u8 = 1;

/// One row of a batch with all that proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Version of this form: 1.
    pub v: u8,
    /// The leaf's bytes.
    #[serde(with = "base64url_bytes")]
    pub leaf: Vec<u8>,
    /// Place of the leaf in its batch, from 0.
    pub index: u64,
    /// How many leaves the batch has.
    pub size: u64,
    /// Path from the leaf to the root, nearest first.
    pub path: Vec<Base64Hash>,
    /// The head of the batch.
    pub batch: BatchHead,
    /// Signature of the head.
    #[serde(with = "base64url_bytes")]
    pub sig: Vec<u8>,
    /// Name of the key that signed.
    pub kid: String,
    /// The exact text whose SHA-256 is in the leaf; none when the payment has no document.
    pub doc: Option<String>,
}

/// A hash as the receipt writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base64Hash(#[serde(with = "base64url")] pub Hash);

/// What a valid receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The row.
    pub leaf: Leaf,
    /// The document, when the row has one.
    pub doc: Option<String>,
    /// The batch that contains it.
    pub batch: BatchHead,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// It is not a receipt at all.
    #[error("this is not a receipt of version 1")]
    Unreadable,
    /// Signed by a key that is not among the published ones.
    #[error("the key {0} is not among the published keys")]
    UnknownKey(String),
    /// A part contradicts another.
    #[error("the receipt is false: {0}")]
    False(&'static str),
}

impl Receipt {
    /// The receipt of the leaf at `index` of a signed batch; none when there is no such leaf.
    pub fn issue(
        leaves: &[Vec<u8>],
        index: usize,
        batch: BatchHead,
        sig: Vec<u8>,
        kid: String,
        doc: Option<String>,
    ) -> Option<Self> {
        let hashes: Vec<_> = leaves.iter().map(|leaf| merkle::leaf_hash(leaf)).collect();
        let path = merkle::path(&hashes, index)?.into_iter().map(Base64Hash).collect();
        let (index, size) = (u64::try_from(index).ok()?, u64::try_from(leaves.len()).ok()?);
        let leaf = leaves.get(usize::try_from(index).ok()?)?.clone();
        Some(Self { v: VERSION, leaf, index, size, path, batch, sig, kid, doc })
    }
}

/// Verifies a receipt against the published keys: document, leaf, root, head, signature.
///
/// # Errors
/// [`Unproven`] says which part is false, or that the receipt or its key cannot be read.
pub fn verify(json: &str, keys: &PublishedKeys) -> Result<Proven, Unproven> {
    let receipt: Receipt = serde_json::from_str(json).map_err(|_| Unproven::Unreadable)?;
    if receipt.v != VERSION {
        return Err(Unproven::Unreadable);
    }
    let hash = receipt.batch.hash();
    let signed = keys.verify(&receipt.kid, &hash, &receipt.sig);
    if !signed.ok_or_else(|| Unproven::UnknownKey(receipt.kid.clone()))? {
        return Err(Unproven::False("the signature is not over this head"));
    }
    if receipt.size != receipt.batch.leaves() {
        return Err(Unproven::False("the batch has another number of rows"));
    }
    let path: Vec<_> = receipt.path.iter().map(|hash| hash.0).collect();
    let leaf_hash = merkle::leaf_hash(&receipt.leaf);
    let root = merkle::root_of_path(leaf_hash, receipt.index, receipt.size, &path);
    if root != Some(receipt.batch.root) {
        return Err(Unproven::False("the row is not in the batch"));
    }
    let leaf = Leaf::from_bytes(&receipt.leaf);
    let leaf = leaf.ok_or(Unproven::False("the row has no known form"))?;
    let promised = match &leaf {
        Leaf::Leg(leg) => leg.doc_hash,
        Leaf::Rejection(_) | Leaf::Command(_) => None,
    };
    if receipt.doc.as_ref().map(|doc| sha256(&[doc.as_bytes()])) != promised {
        return Err(Unproven::False("the document is not the one of the payment"));
    }
    Ok(Proven { leaf, doc: receipt.doc, batch: receipt.batch })
}

/// Hashes as base64url without padding.
pub(crate) mod base64url {
    use base64::Engine as _;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::URL_SAFE_NO_PAD;
    use crate::Hash;

    pub(crate) fn serialize<S: Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&URL_SAFE_NO_PAD.encode(hash))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(D::Error::custom)?;
        bytes.try_into().map_err(|_| D::Error::custom("expected 32 bytes"))
    }
}

/// Bytes of any length as base64url without padding.
pub(crate) mod base64url_bytes {
    use base64::Engine as _;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::URL_SAFE_NO_PAD;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        URL_SAFE_NO_PAD.decode(text).map_err(D::Error::custom)
    }
}
