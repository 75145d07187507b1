//! The books once more, row by row.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use city_clock::Timestamp;
use city_receipt::{Hash, PublishedKeys, merkle};
use uuid::Uuid;

use super::decided::Decided;
use super::leaf;
use crate::store::ledger::{
    AuditAccount, AuditBatch, AuditCommand, AuditHold, AuditLeg, AuditRefusal, Writer,
};

/// The first row that is wrong, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Fault {
    fn leg(row: &AuditLeg, what: &str) -> Self {
        Self(format!("leg {} of {} (seq {}) {what}", row.leg, row.posting, row.seq))
    }

    pub(super) fn batch(row: &AuditBatch, what: &str) -> Self {
        Self(format!("batch {} {what}", row.n))
    }
}

/// Pending and posted debits, pending and posted credits; wide, since nothing here may wrap.
type Sums = [i128; 4];

pub(super) struct Replay {
    stored: Vec<AuditAccount>,
    exts: HashMap<i64, Uuid>,
    sums: HashMap<i64, Sums>,
    /// What a hold reserved and until when, and how it ended: captured, state, by whom.
    holds: BTreeMap<Uuid, Reserved>,
    postings: HashSet<Uuid>,
    decided: Decided,
    batches: i64,
    legs: i64,
    prev: Hash,
    epoch: u64,
}

#[derive(Debug, Clone, Copy)]
struct Reserved {
    dr: i64,
    cr: i64,
    amount: i64,
    captured: i64,
    state: i16,
    by: Option<Uuid>,
    expires_at: Option<Timestamp>,
}

impl Replay {
    pub(super) fn new(stored: Vec<AuditAccount>) -> Self {
        let exts = stored.iter().map(|account| (account.id, account.ext)).collect();
        let sums = stored.iter().map(|account| (account.id, [0; 4])).collect();
        Self {
            stored,
            exts,
            sums,
            holds: BTreeMap::new(),
            postings: HashSet::new(),
            decided: Decided::default(),
            batches: 0,
            legs: 0,
            prev: [0; 32],
            epoch: 0,
        }
    }

    pub(super) const fn batches(&self) -> i64 {
        self.batches
    }

    pub(super) const fn legs(&self) -> i64 {
        self.legs
    }

    /// Replays some batches with all their rows.
    pub(super) fn page(
        &mut self,
        batches: &[AuditBatch],
        legs: &[AuditLeg],
        refusals: &[AuditRefusal],
        commands: &[AuditCommand],
        keys: &PublishedKeys,
        proofs_from: i64,
    ) -> Result<(), Fault> {
        let (mut legs, mut refusals, mut commands) = (legs, refusals, commands);
        for batch in batches {
            if batch.n != self.batches + 1 {
                return Err(Fault(format!("batch {} is missing", self.batches + 1)));
            }
            let own_legs = split(&mut legs, |row| row.batch == batch.n);
            let own_refusals = split(&mut refusals, |row| row.batch == batch.n);
            let own_commands = split(&mut commands, |row| row.batch == batch.n);
            for row in own_legs {
                self.leg(row, batch)?;
            }
            for row in own_refusals {
                if row.at != batch.at || !self.postings.insert(row.posting) {
                    return Err(Fault(format!(
                        "the refusal of {} is not of batch {}",
                        row.posting, batch.n
                    )));
                }
            }
            let counts = [
                (own_legs.len(), batch.transfers),
                (own_refusals.len(), batch.rejections),
                (own_commands.len(), batch.commands),
            ];
            if counts.iter().any(|(found, said)| i32::try_from(*found) != Ok(*said)) {
                return Err(Fault::batch(batch, "has other rows than it says"));
            }
            self.decided.batch(batch, own_commands)?;
            if batch.n >= proofs_from {
                let mut leaves = Vec::new();
                for row in own_legs {
                    leaves.push(
                        leaf::of_leg(row, &self.exts)
                            .ok_or_else(|| Fault::leg(row, "has no leaf"))?,
                    );
                }
                leaves.extend(own_refusals.iter().filter_map(leaf::of_refusal));
                leaves.extend(own_commands.iter().filter_map(leaf::of_command));
                let hashes: Vec<_> =
                    leaves.iter().map(|leaf| merkle::leaf_hash(&leaf.to_bytes())).collect();
                if merkle::root(&hashes)[..] != batch.root[..] {
                    return Err(Fault::batch(batch, "has a root over other rows"));
                }
            }
            self.chain(batch, keys, proofs_from)?;
            self.batches = batch.n;
        }
        if let Some(row) = legs.first() {
            return Err(Fault::leg(row, "belongs to no batch"));
        }
        Ok(())
    }

    fn leg(&mut self, row: &AuditLeg, batch: &AuditBatch) -> Result<(), Fault> {
        if row.seq != self.legs + 1 {
            return Err(Fault::leg(row, &format!("comes where seq {} should", self.legs + 1)));
        }
        self.legs += 1;
        if row.leg == 0 && !self.postings.insert(row.posting) {
            return Err(Fault::leg(row, "is of a posting that was answered before"));
        }
        if row.at != batch.at || row.seq < batch.first_seq {
            return Err(Fault::leg(row, "is not of its batch's time or numbers"));
        }
        let (amount, released) = (i128::from(row.amount), i128::from(row.released));
        let (pending, posted) = match row.kind {
            1 => (0, amount),
            2 => (amount, 0),
            _ => (-released, amount),
        };
        for (no, first, after) in [(row.dr, 0, row.dr_after), (row.cr, 2, row.cr_after)] {
            let sums = self.sums.get_mut(&no).ok_or_else(|| Fault::leg(row, "names no account"))?;
            if let Some(sum) = sums.get_mut(first) {
                *sum += pending;
            }
            if let Some(sum) = sums.get_mut(first + 1) {
                *sum += posted;
            }
            if sums[3] - sums[1] != i128::from(after) {
                return Err(Fault::leg(row, "leaves another sum than it says"));
            }
        }
        self.hold(row)
    }

    fn hold(&mut self, row: &AuditLeg) -> Result<(), Fault> {
        if row.kind == 2 {
            let (dr, cr, amount, expires_at) = (row.dr, row.cr, row.amount, row.expires_at);
            let hold = Reserved { dr, cr, amount, captured: 0, state: 0, by: None, expires_at };
            self.holds.insert(row.posting, hold);
            return Ok(());
        }
        let Some(id) = row.hold else { return Ok(()) };
        let hold = self.holds.get_mut(&id).ok_or_else(|| Fault::leg(row, "resolves no hold"))?;
        if hold.state != 0 || (hold.dr, hold.cr, hold.amount) != (row.dr, row.cr, row.released) {
            return Err(Fault::leg(row, "resolves a hold that is not so"));
        }
        (hold.state, hold.captured, hold.by) = (row.kind - 2, row.amount, Some(row.posting));
        Ok(())
    }

    /// Chain and signature of a batch.
    fn chain(
        &mut self,
        batch: &AuditBatch,
        keys: &PublishedKeys,
        proofs_from: i64,
    ) -> Result<(), Fault> {
        let head = leaf::head_of(batch)
            .ok_or_else(|| Fault::batch(batch, "has a head that cannot be read"))?;
        if head.prev != self.prev {
            return Err(Fault::batch(batch, "does not follow the one before"));
        }
        if head.epoch < self.epoch {
            return Err(Fault::batch(batch, "is of a leadership that was over"));
        }
        self.epoch = head.epoch;
        let hash = head.hash();
        if hash[..] != batch.hash[..] {
            return Err(Fault::batch(batch, "has another hash"));
        }
        self.prev = hash;
        if batch.n < proofs_from {
            return Ok(());
        }
        match keys.verify(&batch.kid, &hash, &batch.sig) {
            Some(true) => Ok(()),
            Some(false) => Err(Fault::batch(batch, "has a false signature")),
            None => Err(Fault::batch(batch, "is signed by a key that was not given")),
        }
    }

    /// Compares what the legs come to with what is stored beside them.
    pub(super) fn end(&self, writer: &Writer, holds: &[AuditHold]) -> Result<(), Fault> {
        let head = writer.head;
        if (head.batch, head.seq, head.hash) != (self.batches, self.legs, self.prev) {
            return Err(Fault(format!(
                "the writer says batch {} and seq {}",
                head.batch, head.seq
            )));
        }
        for account in &self.stored {
            let stored = [
                account.debits_pending,
                account.debits_posted,
                account.credits_pending,
                account.credits_posted,
            ];
            if self.sums.get(&account.id) != Some(&stored.map(i128::from)) {
                return Err(Fault(format!(
                    "account {} ({}) is not what its legs come to",
                    account.id, account.ext
                )));
            }
        }
        self.decided.end(&self.stored)?;
        let debits: i128 = self.sums.values().map(|sums| sums[1]).sum();
        let credits: i128 = self.sums.values().map(|sums| sums[3]).sum();
        if debits != credits {
            return Err(Fault(format!("all debits are {debits} and all credits {credits}")));
        }
        let mut seen = 0;
        for row in holds {
            let agrees = self.holds.get(&row.posting).is_some_and(|hold| {
                (hold.dr, hold.cr, hold.amount, hold.captured, hold.state, hold.by)
                    == (row.dr, row.cr, row.amount, row.captured, row.state, row.resolved_by)
                    && hold.expires_at == Some(row.expires_at)
            });
            if !agrees {
                return Err(Fault(format!("hold {} is not what its legs say", row.posting)));
            }
            seen += 1;
        }
        if seen != self.holds.len() {
            return Err(Fault("a hold is missing".to_owned()));
        }
        Ok(())
    }
}

/// Takes the first rows that belong, and leaves the rest.
fn split<'a, T>(rows: &mut &'a [T], belongs: impl Fn(&T) -> bool) -> &'a [T] {
    let end = rows.iter().position(|row| !belongs(row)).unwrap_or(rows.len());
    let (own, rest) = rows.split_at(end);
    *rows = rest;
    own
}
