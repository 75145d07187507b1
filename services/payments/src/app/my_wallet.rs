//! A resident looks at their wallet.

use std::collections::HashMap;

use city_auth::Resident;
use city_contracts::payments::WalletView;
use sqlx::PgConnection;

use super::{App, view as wire};
use crate::error::Error;
use crate::store;
use crate::store::wallet::Of;

/// The resident's wallet; none before they opened one.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn my_wallet(app: &App, who: &Resident) -> Result<Option<WalletView>, Error> {
    let mut db = app.connection().await?;
    match view(app, &mut db, Of::Owner(who.account)).await {
        Ok(wallet) => Ok(Some(wallet)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A wallet with its limits and what is used of them.
///
/// # Errors
/// `NotFound`.
pub(super) async fn view(app: &App, db: &mut PgConnection, of: Of) -> Result<WalletView, Error> {
    let now = app.clock.now();
    let wallet = store::wallet::find(db, of).await?.ok_or(Error::NotFound)?;
    let rules = app.limit_rules.in_force(db).await?;
    let counter = |rule: &crate::domain::limits::Rule| rule.counter_of(wallet.owner.as_uuid(), now);
    let counters: Vec<_> = rules.iter().filter_map(counter).collect();
    let used: HashMap<_, _> = store::limit::used(db, &counters).await?.into_iter().collect();
    let limits = rules
        .iter()
        .filter(|rule| (rule.level_min..=rule.level_max).contains(&wallet.level))
        .map(|rule| {
            let used = counter(rule).and_then(|key| used.get(&key)).copied().unwrap_or(0);
            wire::limit(rule, used, now)
        })
        .collect();
    Ok(wire::wallet(&wallet, limits))
}
