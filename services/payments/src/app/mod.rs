//! Use cases, one file each.

mod adjust_wallet;
mod apply_imports;
mod ask_approval;
mod backing;
mod bill_code;
mod cancel_bill;
mod close_wallet;
mod copy_heads;
mod cursor;
mod decide_approval;
mod edit_billers;
mod edit_limits;
mod end_settlement;
mod find_bills;
mod find_payee;
mod find_posting;
mod find_wallet;
mod freeze_wallet;
mod hear_fees;
mod hear_level;
mod import_bills;
mod import_statement;
mod issue_receipt;
mod judge_line;
mod limit_rules;
mod list_approvals;
mod list_breaks;
mod list_refunds;
mod list_settlements;
mod list_suspense;
pub mod merchant;
mod move_refund;
mod my_bills;
mod my_receipt;
mod my_wallet;
mod nodes;
mod open_break;
mod open_wallet;
mod pay;
mod pay_bill;
mod pay_merchant;
pub mod payee;
mod posting_messages;
pub mod privacy;
mod provider;
mod qr_payee;
mod quote;
mod read_payment;
mod refund_own_sale;
mod release_suspense;
mod remind_of_bills;
mod replace_bills;
mod request_refund;
mod resolve_break;
mod search;
mod send_money;
mod set_qr_target;
mod settle_payee;
mod settle_payees;
mod statement;
mod statement_csv;
mod step_up;
mod view;
mod watch_bills;
mod watch_breaks;

use std::sync::Arc;

use chrono::Duration;
use city_auth::Keyring;
use city_blobs::Blobs;
use city_clients::Accounts;
use city_clock::SharedClock;
use city_ids::Ids;
use city_receipt::PublishedKeys;
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};

pub use adjust_wallet::adjust_wallet;
pub use apply_imports::apply_some;
pub use backing::{BackingNow, backing, bank_balance, find_backing, publish_backing};
pub use cancel_bill::cancel_bill;
pub use close_wallet::close_wallet;
pub use copy_heads::{HeadCopies, copy_heads};
pub use decide_approval::{carry_out, decide_approval};
pub use edit_billers::{
    BillerText, change_biller, create_biller, find_biller, list_biller_records,
};
pub use edit_limits::{find_limits, propose_limits};
pub use end_settlement::{settlement_paid, settlement_returned};
pub use find_bills::{bills_by_code, list_billers};
pub use find_payee::find_payee;
pub use find_posting::find_posting;
pub use find_wallet::{Whose, find_wallet};
pub use freeze_wallet::{freeze_wallet, unfreeze_wallet};
pub use hear_fees::{fee_cancelled, fee_requested};
pub use hear_level::hear_level;
pub use import_bills::{Format, Receiving, Sender, begin_import, find_import};
pub use import_statement::{RunSeen, import_statement, list_runs};
pub use issue_receipt::issue_receipt;
pub use limit_rules::LimitRules;
pub use list_approvals::{find_approval, list_approvals};
pub use list_breaks::list_breaks;
pub use list_refunds::{find_refund, list_refunds};
pub use list_settlements::{Lines, find_settlement, list_settlements};
pub use list_suspense::list_suspense;
pub use move_refund::{finish_refund, move_refund};
pub use my_bills::{my_bill, my_bills};
pub use my_receipt::my_receipt;
pub use my_wallet::my_wallet;
pub use nodes::nodes;
pub use open_wallet::open_wallet;
pub use pay_bill::pay_bill;
pub use pay_merchant::pay_merchant;
pub use posting_messages::{Message, posting_messages};
pub use provider::{
    Heard, MOST_MESSAGE_BYTES, Providers, Strangers, ask_about_one, credit_review, hear_notice,
    list_reviews, read_provider_payment, refund_review, send_one_refund, start_provider_payment,
};
pub use qr_payee::qr_payee;
pub use quote::quote;
pub use read_payment::read_payment;
pub use release_suspense::release_suspense;
pub use remind_of_bills::remind_some;
pub use replace_bills::replace_some;
pub use request_refund::{AskRefund, request_refund};
pub use resolve_break::{Resolved, resolve_break};
pub use search::{Found, search};
pub use send_money::send_money;
pub use set_qr_target::set_qr_target;
pub use settle_payee::settle_payee;
pub use settle_payees::{close_settlement, open_settlements};
pub use statement::{staff_statement, statement};
pub use statement_csv::statement_csv;
pub use step_up::StepUpKeys;
pub use view::{biller as biller_view, purpose as wire_purpose, purpose_number};
pub use watch_bills::set_bill_watch;
pub use watch_breaks::watch_breaks;

use crate::domain::webhook::Loopback;
use crate::error::{Error, fault};
use crate::sequencer::Ledger;

/// What the use cases stand on.
#[derive(Debug, Clone)]
pub struct App {
    /// The object store.
    pub blobs: Blobs,
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
    /// The ways to the providers.
    pub providers: Arc<Providers>,
    /// The public keys that signed batches, now and before.
    pub receipt_keys: Arc<PublishedKeys>,
    /// Seals the secrets of merchants.
    pub keyring: Arc<Keyring>,
    /// The bank number in the codes of merchants, six digits.
    pub qr_bin: String,
    /// The city printed in them.
    pub qr_city: String,
    /// How many calls merchants' systems make.
    pub calls: Arc<payee::Calls>,
    /// How many notices there are that nobody proves.
    pub strangers: Arc<Strangers>,
    /// How long merchants can read what they were told.
    pub events_kept: Duration,
    /// Whether webhooks may call this machine.
    pub webhook_loopback: Loopback,
    /// The rules on what leaves a wallet.
    pub limit_rules: Arc<LimitRules>,
    /// The identity level from which a resident may open a wallet.
    pub wallet_level: u8,
    /// Where signed heads are copied to.
    pub head_copies: HeadCopies,
}

impl App {
    /// A connection for reading.
    async fn connection(&self) -> Result<PoolConnection<Postgres>, Error> {
        self.db.acquire().await.map_err(fault("connecting"))
    }
}
