//! Stored rows as the leaves and heads that were signed.

use std::collections::HashMap;

use city_receipt::{BatchHead, Leaf, SignedHead};
use uuid::Uuid;

use crate::store::ledger::{AuditBatch, AuditCommand, AuditLeg, AuditRefusal};

/// The leaf of a leg, given the public ids of accounts; none when a value cannot stand in one.
pub fn of_leg(row: &AuditLeg, exts: &HashMap<i64, Uuid>) -> Option<Leaf> {
    let hash = |bytes: &Option<Vec<u8>>| bytes.as_ref().and_then(|bytes| bytes[..].try_into().ok());
    Some(Leaf::Leg(city_receipt::Leg {
        posting: row.posting,
        number: u8::try_from(row.leg).ok()?,
        seq: u64::try_from(row.seq).ok()?,
        kind: u8::try_from(row.kind).ok()?,
        purpose: u16::try_from(row.purpose).ok()?,
        debit: *exts.get(&row.dr)?,
        credit: *exts.get(&row.cr)?,
        amount: u64::try_from(row.amount).ok()?,
        released: u64::try_from(row.released).ok()?,
        hold: row.hold,
        reference: row.reference,
        expires_at: row.expires_at.map(|at| at.timestamp_micros()),
        at: row.at.timestamp_micros(),
        doc_hash: hash(&row.doc_hash),
        req_hash: hash(&row.req_hash),
    }))
}

/// The leaf of a refusal.
pub fn of_refusal(row: &AuditRefusal) -> Option<Leaf> {
    Some(Leaf::Rejection(city_receipt::Rejection {
        posting: row.posting,
        code: u16::try_from(row.code).ok()?,
        detail: u16::try_from(row.detail).ok()?,
        req_hash: row.req_hash[..].try_into().ok()?,
        at: row.at.timestamp_micros(),
    }))
}

/// The leaf of a command.
pub fn of_command(row: &AuditCommand) -> Option<Leaf> {
    Some(Leaf::Command(city_receipt::Command {
        id: row.id,
        kind: u8::try_from(row.kind).ok()?,
        object: row.object,
        arg: row.arg,
        at: row.at.timestamp_micros(),
    }))
}

/// The head of a batch.
pub fn head_of(row: &AuditBatch) -> Option<BatchHead> {
    Some(BatchHead {
        n: u64::try_from(row.n).ok()?,
        epoch: u64::try_from(row.epoch).ok()?,
        first_seq: u64::try_from(row.first_seq).ok()?,
        transfers: u32::try_from(row.transfers).ok()?,
        rejections: u32::try_from(row.rejections).ok()?,
        commands: u32::try_from(row.commands).ok()?,
        at: row.at.timestamp_micros(),
        prev: row.prev[..].try_into().ok()?,
        root: row.root[..].try_into().ok()?,
    })
}

/// The head of a batch as it is published.
pub fn signed_head(row: &AuditBatch) -> Option<SignedHead> {
    Some(SignedHead { head: head_of(row)?, sig: row.sig.clone(), kid: row.kid.clone() })
}
