//! The leaves of a batch: one a row, all integers big-endian.

use uuid::Uuid;

use crate::Hash;
use crate::wire::{Reader, Writer};

/// What one row of the ledger says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaf {
    /// Money moved, was reserved or released.
    Leg(Leg),
    /// A posting was refused for ever.
    Rejection(Rejection),
    /// Something was decided without money.
    Command(Command),
}

/// One leg of a posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// The posting.
    pub posting: Uuid,
    /// Its place in the posting, from 0.
    pub number: u8,
    /// Its place in the ledger, from 1, without gaps.
    pub seq: u64,
    /// 1 post, 2 hold, 3 capture, 4 void, 5 expire.
    pub kind: u8,
    /// Its place in the list of purposes, from 1.
    pub purpose: u16,
    /// Public id of the account debited.
    pub debit: Uuid,
    /// Public id of the account credited.
    pub credit: Uuid,
    /// Whole dong.
    pub amount: u64,
    /// What a resolution takes off the pending sums.
    pub released: u64,
    /// The hold that is resolved.
    pub hold: Option<Uuid>,
    /// What the money is for: a bill's revision, an order, a payment refunded.
    pub reference: Option<Uuid>,
    /// When a hold expires.
    pub expires_at: Option<i64>,
    /// When it happened.
    pub at: i64,
    /// SHA-256 of the document, on the first leg.
    pub doc_hash: Option<Hash>,
    /// Digest of the request, on the first leg.
    pub req_hash: Option<Hash>,
}

/// A refusal that is final for its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The posting that was refused.
    pub posting: Uuid,
    /// Which rule refused it.
    pub code: u16,
    /// What of it.
    pub detail: u16,
    /// Digest of the request.
    pub req_hash: Hash,
    /// When.
    pub at: i64,
}

/// A decision without money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its id.
    pub id: Uuid,
    /// 1 set flags, 2 resolve a claim, 3 use a version of the rules.
    pub kind: u8,
    /// What it is about.
    pub object: Uuid,
    /// What is decided.
    pub arg: i64,
    /// When.
    pub at: i64,
}

impl Leaf {
    /// The bytes that the tree covers.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        match self {
            Self::Leg(leg) => {
                out.u8(1)
                    .uuid(leg.posting)
                    .u8(leg.number)
                    .u64(leg.seq)
                    .u8(leg.kind)
                    .u16(leg.purpose);
                out.uuid(leg.debit).uuid(leg.credit).u64(leg.amount).u64(leg.released);
                out.uuid(leg.hold.unwrap_or_default()).uuid(leg.reference.unwrap_or_default());
                out.i64(leg.expires_at.unwrap_or_default()).i64(leg.at);
                out.bytes(&leg.doc_hash.unwrap_or_default());
                out.bytes(&leg.req_hash.unwrap_or_default());
            }
            Self::Rejection(rejection) => {
                out.u8(2).uuid(rejection.posting).u16(rejection.code).u16(rejection.detail);
                out.bytes(&rejection.req_hash).i64(rejection.at);
            }
            Self::Command(command) => {
                out.u8(3).uuid(command.id).u8(command.kind).uuid(command.object);
                out.i64(command.arg).i64(command.at);
            }
        }
        out.into_bytes()
    }

    /// Reads the bytes of a leaf; none when they are not exactly one leaf.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader::new(bytes);
        let leaf = match from.u8()? {
            1 => Self::Leg(Leg {
                posting: from.uuid()?,
                number: from.u8()?,
                seq: from.u64()?,
                kind: from.u8()?,
                purpose: from.u16()?,
                debit: from.uuid()?,
                credit: from.uuid()?,
                amount: from.u64()?,
                released: from.u64()?,
                hold: Some(from.uuid()?).filter(|hold| !hold.is_nil()),
                reference: Some(from.uuid()?).filter(|reference| !reference.is_nil()),
                expires_at: Some(from.i64()?).filter(|at| *at != 0),
                at: from.i64()?,
                doc_hash: Some(from.hash()?).filter(|hash| *hash != [0; 32]),
                req_hash: Some(from.hash()?).filter(|hash| *hash != [0; 32]),
            }),
            2 => Self::Rejection(Rejection {
                posting: from.uuid()?,
                code: from.u16()?,
                detail: from.u16()?,
                req_hash: from.hash()?,
                at: from.i64()?,
            }),
            3 => Self::Command(Command {
                id: from.uuid()?,
                kind: from.u8()?,
                object: from.uuid()?,
                arg: from.i64()?,
                at: from.i64()?,
            }),
            _ => return None,
        };
        from.is_empty().then_some(leaf)
    }
}
