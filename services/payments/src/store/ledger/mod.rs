//! The ledger's tables. Only the sequencer writes them; others may open empty accounts.

mod account;
mod audit;
mod commit;
mod hold;
mod load;
mod posting;
mod server;
mod writer;

pub use account::open;
pub use audit::{
    AccountRow as AuditAccount, BatchRow as AuditBatch, CommandRow as AuditCommand,
    HoldRow as AuditHold, LegRow as AuditLeg, RefusalRow as AuditRefusal,
    UnclaimedRow as AuditUnclaimed, accounts, batch, batches, batchless, commands, document, exts,
    holds, legs, refusals, stray_row, unclaimed, wrong_claim, wrong_counter, wrong_document,
};
pub use commit::commit;
pub use hold::{DueHold, due_holds};
pub use load::load;
pub use posting::{StoredHold, StoredLeg, StoredPosting, StoredRefusal, find_posting};
pub use server::{ServerSettings, forget_plans, settings};
pub use writer::{
    Writer, backend, end_leader, epoch, make_partitions, newest_posting, strays, take_over,
    try_lock, writer,
};
