//! The ledger's tables. Only the sequencer writes them; others may open empty accounts.

mod account;
mod commit;
mod load;
mod server;
mod writer;

pub use account::open;
pub use commit::commit;
pub use load::load;
pub use server::{ServerSettings, settings};
pub use writer::{Writer, end_leader, make_partitions, strays, take_over, try_lock, writer};
