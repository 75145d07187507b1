//! Use cases, one file each.

mod adjust_wallet;
mod claim;
mod cursor;
mod decide_approval;
mod find_payee;
mod find_posting;
mod find_wallet;
mod freeze_wallet;
mod hear_fees;
mod issue_receipt;
mod list_approvals;
mod my_bills;
mod my_receipt;
mod my_wallet;
mod nodes;
mod open_wallet;
mod pay;
mod pay_bill;
mod quote;
mod read_payment;
mod send_money;
mod statement;
mod step_up;
mod view;

use std::sync::Arc;

use city_clients::Accounts;
use city_clock::SharedClock;
use city_ids::Ids;
use city_receipt::PublishedKeys;
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};

pub use adjust_wallet::adjust_wallet;
pub use decide_approval::{carry_out, decide_approval};
pub use find_payee::find_payee;
pub use find_posting::find_posting;
pub use find_wallet::find_wallet;
pub use freeze_wallet::{freeze_wallet, unfreeze_wallet};
pub use hear_fees::{fee_cancelled, fee_requested};
pub use issue_receipt::issue_receipt;
pub use list_approvals::{find_approval, list_approvals};
pub use my_bills::{my_bill, my_bills};
pub use my_receipt::my_receipt;
pub use my_wallet::my_wallet;
pub use nodes::nodes;
pub use open_wallet::open_wallet;
pub use pay_bill::pay_bill;
pub use quote::quote;
pub use read_payment::read_payment;
pub use send_money::send_money;
pub use statement::{staff_statement, statement};
pub use step_up::StepUpKeys;

use crate::error::{Error, fault};
use crate::sequencer::Ledger;

/// What the use cases stand on.
#[derive(Debug, Clone)]
pub struct App {
    /// The service's pool.
    pub db: PgPool,
    /// The clock.
    pub clock: SharedClock,
    /// Where ids come from.
    pub ids: Arc<Ids>,
    /// The ledger.
    pub ledger: Ledger,
    /// Who has which phone.
    pub accounts: Accounts,
    /// The keys that verify confirmations by PIN.
    pub step_up: Arc<StepUpKeys>,
    /// The public keys that signed batches, now and before.
    pub receipt_keys: Arc<PublishedKeys>,
    /// The identity level from which a resident may open a wallet.
    pub wallet_level: u8,
}

impl App {
    /// A connection for reading.
    async fn connection(&self) -> Result<PoolConnection<Postgres>, Error> {
        self.db.acquire().await.map_err(fault("connecting"))
    }
}
