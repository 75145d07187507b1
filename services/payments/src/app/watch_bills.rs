//! A resident follows the bills of a customer's code.

use city_auth::Resident;
use city_contracts::payments::{BillWatchView, SetBillWatch};

use super::{App, find_bills, find_payee, view};
use crate::error::{Error, fault};
use crate::store;
use city_events::idempotency::{Claim, claim};

/// The most codes a resident follows.
const MOST: i64 = 50;

/// Bills of a code are among the resident's own from now on, or no longer. Idempotent by its key. To begin counts as a lookup:
/// what is followed is shown.
///
/// # Errors
/// `Input`, `NotFound` of the biller, `LookupLimit`, `WatchLimit`, `KeyReused`.
#[tracing::instrument(name = "payments.set_bill_watch", skip_all, fields(biller.id = %command.biller_id))]
pub async fn set_bill_watch(
    app: &App,
    who: &Resident,
    command: &SetBillWatch,
) -> Result<BillWatchView, Error> {
    let mut findings = Vec::new();
    let customer_code = find_bills::code(&command.customer_code, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let now = app.clock.now();
    let (id, on) = (command.biller_id, command.on);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &command.idempotency_key;
    let claimed = claim::<()>(&mut tx, who.account, key, "setBillWatch", command, now).await?;
    let known = store::biller::list(&mut tx, Some(&[id.as_uuid()]), None, 1).await?.pop();
    let biller = known.ok_or(Error::NotFound)?;
    if let Claim::New(recorder) = claimed {
        if on {
            find_payee::count_in(&mut tx, who, find_payee::Looked::Bills, now).await?;
            let begun =
                store::bill_watch::begin(&mut tx, who.account, id, &customer_code, MOST, now);
            if !begun.await? {
                return Err(Error::WatchLimit);
            }
        } else {
            store::bill_watch::end(&mut tx, who.account, id, &customer_code).await?;
        }
        recorder.record(&mut tx, &()).await?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(BillWatchView { biller: view::biller(biller), customer_code, on })
}
