//! What statements lack and what providers say otherwise becomes a break, and a late break an alarm.

use chrono::Days;
use city_clock::hue_day;
use city_contracts::payments::ReconciliationClass;

use super::App;
use super::open_break::open_break;
use crate::domain::working_days;
use crate::error::{Error, fault};
use crate::store;

/// Working days that a payment may be missing in statements.
const MISSING: i32 = 2;
/// Days back that are looked at.
const FAR: Days = Days::new(60);

/// Opens what statements lack for two working days, the statements themselves among it, and what providers' messages disagree
/// about, and alarms about breaks that are late; whether there was anything.
///
/// # Errors
/// When the database is away.
pub async fn watch_breaks(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let today = hue_day(now);
    let upto = working_days::younger_than(today, MISSING).pred_opt().unwrap_or(today);
    let from = today.checked_sub_days(FAR).unwrap_or(today);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let mut any = false;
    for (provider, txn_no, order, amount) in
        store::reconciliation::missing_there(&mut tx, from, upto).await?
    {
        let about = (ReconciliationClass::MissingThere, provider, txn_no, Some(order), amount);
        any |= open_break(app, &mut tx, about, None, now).await?;
    }
    for (provider, day, amount) in store::reconciliation::missing_days(&mut tx, from, upto).await? {
        let about = (ReconciliationClass::MissingThere, provider, day.to_string(), None, amount);
        any |= open_break(app, &mut tx, about, None, now).await?;
    }
    for id in store::reconciliation::came(&mut tx).await? {
        any |= store::reconciliation::close(&mut tx, id, None, now).await?; // or officers end it just now
    }
    for (class, provider, our_ref, order, amount) in
        store::reconciliation::said_otherwise(&mut tx).await?
    {
        let about = (class, provider, our_ref, Some(order), amount);
        any |= open_break(app, &mut tx, about, None, now).await?;
    }
    for late in store::reconciliation::alarm_late(&mut tx, now).await? {
        tracing::error!(break_.id = %late, "A difference with a provider is late");
        any = true;
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(any)
}
