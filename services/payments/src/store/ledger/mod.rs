//! The ledger's tables. Only the sequencer writes them; others may open empty accounts.

mod account;
mod audit;
mod commit;
mod load;
mod server;
mod writer;

pub use account::open;
pub use audit::{
    AccountRow as AuditAccount, BatchRow as AuditBatch, CommandRow as AuditCommand,
    HoldRow as AuditHold, LegRow as AuditLeg, RefusalRow as AuditRefusal, accounts, batches,
    commands, holds, legs, refusals, stray_row, wrong_counter,
};
pub use commit::commit;
pub use load::load;
pub use server::{ServerSettings, settings};
pub use writer::{Writer, end_leader, make_partitions, strays, take_over, try_lock, writer};
