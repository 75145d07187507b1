//! Consumers and schedules, one file each.

mod carry_out_approvals;
mod dossier_fees;
mod expire_holds;
mod fetch_step_up_keys;
mod forget_lookups;
mod keep_partitions;

use std::sync::Arc;

use city_boot::Worker;

use crate::app::App;

pub use dossier_fees::DossierFees;

/// The background work of the ledger.
pub fn of_the_ledger(app: &App) -> Vec<Arc<dyn Worker>> {
    vec![
        Arc::new(expire_holds::ExpireHolds(app.clone())),
        Arc::new(keep_partitions::KeepPartitions(app.clone())),
    ]
}

/// The background work of wallets and officers.
pub fn above_the_ledger(app: &App) -> Vec<Arc<dyn Worker>> {
    vec![
        Arc::new(carry_out_approvals::CarryOutApprovals(app.clone())),
        Arc::new(fetch_step_up_keys::FetchStepUpKeys(app.clone())),
        Arc::new(forget_lookups::ForgetLookups(app.clone())),
    ]
}
