//! A payee who is settled by hand is settled because an officer says so.

use city_clock::hue_day;
use city_contracts::payments::{SettlementRhythm, SettlementView};
use city_contracts::problem::Finding;
use uuid::Uuid;

use super::settle_payees::close_settlement;
use super::{App, view};
use crate::domain::settlement as rules;
use crate::error::{Error, broken, fault};
use crate::store;

/// Settles all that a payee has now, with the report that every settlement has. Idempotent by payee and civil day: the id of
/// the settlement follows from both, so that two officers at once, or one twice, settle once. What comes in later that day is
/// part of the next one.
///
/// # Errors
/// `Input`, `NotFound`, `State` unless the payee's rhythm is by hand, `NothingToSettle`; when the ledger is away, a worker
/// goes on with it.
#[tracing::instrument(name = "payments.settle_payee", skip_all)]
pub async fn settle_payee(app: &App, payee: &str) -> Result<SettlementView, Error> {
    let Some(ext) = account_of(payee) else {
        let message = "name a merchant, or an account as settlements name it";
        return Err(Error::Input(vec![Finding::new("/payee", "SHAPE", message)]));
    };
    let now = app.clock.now();
    let day = hue_day(now);
    let id = rules::id(ext, day);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let found = store::settlement::find_payee(&mut tx, ext).await?;
    let (account, rhythm) = found.ok_or(Error::NotFound)?;
    if rhythm != SettlementRhythm::Manual.as_str() {
        return Err(Error::State);
    }
    store::settlement::open(&mut tx, &[(id, account)], day, now).await?;
    store::settlement::reopen(&mut tx, id, now).await?;
    let settlement = store::settlement::find(&mut tx, id).await?;
    let settlement = settlement.ok_or_else(|| broken("settling a payee", "it is gone"))?;
    tx.commit().await.map_err(fault("committing"))?;
    if settlement.closed.is_none() {
        close_settlement(app, &settlement).await?;
    }
    let closed = store::settlement::find(&mut *app.connection().await?, id).await?;
    closed.and_then(view::settlement).ok_or(Error::NothingToSettle)
}

/// The public id of an account, also with the prefix of a merchant or a biller before it.
fn account_of(raw: &str) -> Option<Uuid> {
    let (prefix, id) = raw.rsplit_once('_').unwrap_or(("", raw));
    ["", "mer", "blr"].contains(&prefix).then(|| Uuid::try_parse(id).ok()).flatten()
}
