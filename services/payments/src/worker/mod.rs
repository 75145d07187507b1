//! Consumers and schedules, one file each.

mod ask_providers;
mod bills;
mod carry_out_approvals;
mod carry_out_refunds;
mod copy_heads;
mod deliver_webhooks;
mod dossier_fees;
mod expire_holds;
mod fetch_step_up_keys;
mod forget_events;
mod forget_lookups;
mod forget_provider_messages;
mod identity_levels;
mod keep_partitions;
mod payee_events;
mod publish_backing;
mod send_refunds;
mod settle_payees;
mod watch_breaks;

use std::sync::Arc;

use city_boot::Worker;

use crate::app::App;

pub use dossier_fees::DossierFees;
pub use identity_levels::IdentityLevels;
pub use payee_events::PayeeEvents;

/// The background work of the ledger.
pub fn of_the_ledger(app: &App) -> Vec<Arc<dyn Worker>> {
    vec![
        Arc::new(copy_heads::CopyHeads(app.clone())),
        Arc::new(expire_holds::ExpireHolds(app.clone())),
        Arc::new(keep_partitions::KeepPartitions(app.clone())),
    ]
}

/// The background work of wallets and officers.
pub fn above_the_ledger(app: &App) -> Vec<Arc<dyn Worker>> {
    vec![
        Arc::new(bills::ApplyImports(app.clone())),
        Arc::new(bills::ReplaceBills(app.clone())),
        Arc::new(bills::RemindOfBills(app.clone())),
        Arc::new(carry_out_approvals::CarryOutApprovals(app.clone())),
        Arc::new(deliver_webhooks::DeliverWebhooks(app.clone())),
        Arc::new(carry_out_refunds::CarryOutRefunds(app.clone())),
        Arc::new(fetch_step_up_keys::FetchStepUpKeys(app.clone())),
        Arc::new(forget_events::ForgetEvents(app.clone())),
        Arc::new(forget_lookups::ForgetLookups(app.clone())),
        Arc::new(publish_backing::PublishBacking(app.clone())),
        Arc::new(settle_payees::SettlePayees(app.clone())),
        Arc::new(watch_breaks::WatchBreaks(app.clone())),
    ]
}

/// The background work of money through providers.
pub fn of_providers(app: &App) -> Vec<Arc<dyn Worker>> {
    vec![
        Arc::new(ask_providers::AskProviders(app.clone())),
        Arc::new(send_refunds::SendRefunds(app.clone())),
        Arc::new(forget_provider_messages::ForgetProviderMessages(app.clone())),
    ]
}
