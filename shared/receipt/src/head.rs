//! The head of a batch: what is chained and signed.

use serde::{Deserialize, Serialize};

use crate::wire::Writer;
use crate::{Hash, sha256};

/// The head of a batch. Each contains the hash of the one before; the first contains zeros.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchHead {
    /// Number of the batch, from 1.
    pub n: u64,
    /// Number of the leadership that wrote it.
    pub epoch: u64,
    /// Sequence number of its first leg.
    pub first_seq: u64,
    /// Legs.
    pub transfers: u32,
    /// Refusals.
    pub rejections: u32,
    /// Commands.
    pub commands: u32,
    /// When it was made, microseconds since 1970.
    pub at: i64,
    /// Hash of the batch before.
    #[serde(with = "crate::receipt::base64url")]
    pub prev: Hash,
    /// Root of the tree over its rows.
    #[serde(with = "crate::receipt::base64url")]
    pub root: Hash,
}

impl BatchHead {
    /// The hash of the batch.
    pub fn hash(&self) -> Hash {
        let mut out = Writer::default();
        out.bytes(b"city.pay.batch.v1").u64(self.n).u64(self.epoch).u64(self.first_seq);
        out.u32(self.transfers).u32(self.rejections).u32(self.commands).i64(self.at);
        out.bytes(&self.prev).bytes(&self.root);
        sha256(&[&out.into_bytes()])
    }

    /// How many leaves its tree has.
    pub fn leaves(&self) -> u64 {
        u64::from(self.transfers) + u64::from(self.rejections) + u64::from(self.commands)
    }
}
