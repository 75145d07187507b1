//! Residents are told of bills that are due soon.

use chrono::Days;
use city_clock::hue_day;
use city_contracts::event::Envelope;
use city_events::outbox;

use super::App;
use super::pay_bill::told;
use crate::error::{Error, fault};
use crate::store;

/// Civil days before the due date from which it is told.
const DAYS_BEFORE: Days = Days::new(3);
/// Revisions of a step.
const MOST: i64 = 500;

/// Tells payers and followers of some bills that they are due within three civil days, each revision once; false when nothing
/// was to tell.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn remind_some(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let today = hue_day(now);
    let until = today.checked_add_days(DAYS_BEFORE).unwrap_or(today);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let (noted, bills) = store::bill_watch::remind_some(&mut tx, (today, until), MOST, now).await?;
    let whom = store::bill_watch::list_told(&mut tx, &bills).await?;
    let found = store::bill::list(&mut tx, &bills).await?;
    for (bill, account) in whom {
        let Some(bill) = found.iter().find(|known| known.id == bill) else { continue };
        let mut body = told(bill, now);
        body.account = Some(account);
        let event = Envelope::new(app.ids.next(now), "BillDueSoon", now, body);
        outbox::push(&mut tx, &event).await.map_err(fault("writing the outbox"))?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(noted > 0)
}
