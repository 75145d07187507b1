//! What is signed of a batch: leaves, root, head, signature.

use city_receipt::{BatchHead, HeadKey, Leaf, merkle};

use super::{CommandRow, RejectionRow, TransferRow, Writes};

/// The signed head of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The head.
    pub head: BatchHead,
    /// Its hash.
    pub hash: [u8; 32],
    /// The signature over the hash.
    pub sig: [u8; 64],
    /// Name of the key.
    pub kid: String,
}

/// A value that the ledger's checks keep at 0 or above, as receipts write it.
fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

fn short(value: i16) -> u16 {
    u16::try_from(value).unwrap_or_default()
}

fn tiny(value: i16) -> u8 {
    u8::try_from(value).unwrap_or_default()
}

impl Writes {
    /// The leaves of the tree: legs, refusals, commands.
    pub fn leaves(&self) -> impl Iterator<Item = Leaf> {
        let at = self.at.timestamp_micros();
        let legs = self.transfers.iter().map(move |row| row.leaf(at));
        let refusals = self.rejections.iter().map(move |row| row.leaf(at));
        legs.chain(refusals).chain(self.commands.iter().map(move |row| row.leaf(at)))
    }

    /// The head of this batch, written by the leadership `epoch`, and its signature.
    pub fn seal(&self, epoch: i64, key: &HeadKey) -> Sealed {
        let hashes: Vec<_> =
            self.leaves().map(|leaf| merkle::leaf_hash(&leaf.to_bytes())).collect();
        let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX); // a batch has thousands at most
        let head = BatchHead {
            n: unsigned(self.n),
            epoch: unsigned(epoch),
            first_seq: unsigned(self.first_seq),
            transfers: count(self.transfers.len()),
            rejections: count(self.rejections.len()),
            commands: count(self.commands.len()),
            at: self.at.timestamp_micros(),
            prev: self.prev,
            root: merkle::root(&hashes),
        };
        let hash = head.hash();
        Sealed { head, hash, sig: key.sign(&hash), kid: key.kid().to_owned() }
    }
}

impl TransferRow {
    /// Its leaf.
    pub fn leaf(&self, at: i64) -> Leaf {
        Leaf::Leg(city_receipt::Leg {
            posting: self.posting,
            number: tiny(self.leg),
            seq: unsigned(self.seq),
            kind: tiny(self.kind),
            purpose: short(self.purpose),
            debit: self.dr_ext,
            credit: self.cr_ext,
            amount: unsigned(self.amount),
            released: unsigned(self.released),
            hold: self.hold,
            reference: self.reference,
            expires_at: self.expires_at.map(|at| at.timestamp_micros()),
            at,
            doc_hash: self.doc_hash,
            req_hash: self.req_hash,
        })
    }
}

impl RejectionRow {
    /// Its leaf.
    pub fn leaf(&self, at: i64) -> Leaf {
        Leaf::Rejection(city_receipt::Rejection {
            posting: self.posting,
            code: short(self.code.number()),
            detail: short(self.detail),
            req_hash: self.req_hash,
            at,
        })
    }
}

impl CommandRow {
    /// Its leaf.
    pub fn leaf(&self, at: i64) -> Leaf {
        Leaf::Command(city_receipt::Command {
            id: self.id,
            kind: tiny(self.kind),
            object: self.object,
            arg: self.arg,
            at,
        })
    }
}
