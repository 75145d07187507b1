//! Where witnesses disagree, a break is opened: by a message, by a statement's line, or by its absence.

use chrono::DateTime;
use city_clock::{Timestamp, hue_day};
use city_contracts::event::Envelope;
use city_contracts::payments::{BreakEvent, Provider, ReconciliationClass as Class};
use city_events::outbox;
use city_ids::{AccountId, EventId, ProviderOrderId};
use city_money::Vnd;
use sqlx::PgConnection;

use super::App;
use crate::domain::limits::midnight;
use crate::domain::working_days;
use crate::error::{Error, fault};
use crate::store;
use crate::store::reconciliation::Break;

/// Working days in which a break should be closed.
const DUE: i32 = 2;

/// What a break is about: class, provider, number or reference, order, amount.
pub(super) type About = (Class, Provider, String, Option<ProviderOrderId>, i64);

/// Opens a break and tells of it, once; whether it is new.
pub(super) async fn open_break(
    app: &App,
    tx: &mut PgConnection,
    (class, provider, key, order, amount): About,
    closed: Option<(Timestamp, Option<AccountId>, Option<String>)>,
    now: Timestamp,
) -> Result<bool, Error> {
    let due = working_days::after(hue_day(now), DUE);
    let due_at = due.succ_opt().map_or(DateTime::UNIX_EPOCH, midnight);
    let (id, opened_at) = (app.ids.next(now), now);
    let new = Break { id, class, provider, key, order, amount, opened_at, due_at, closed };
    if !store::reconciliation::open_break(tx, &new).await? {
        return Ok(false);
    }
    let body = BreakEvent {
        id: new.id,
        class,
        provider: store::provider::name(provider).to_owned(),
        amount: Vnd::new(amount),
        due_at,
    };
    let event_id: EventId = app.ids.next(now);
    let event = Envelope::new(event_id, "BreakOpened", now, body);
    outbox::push(tx, &event).await.map_err(fault("writing the outbox"))?;
    Ok(true)
}

/// How much a break about a number with another amount than its order is about, in the caller's transaction: all that was said,
/// or what differs once the number proves the order. Whoever proves it just now is waited for.
pub(super) async fn differing(
    tx: &mut PgConnection,
    order: ProviderOrderId,
    number: &str,
    said: i64,
) -> Result<i64, Error> {
    store::provider::lock(tx, order).await?;
    Ok(match store::reconciliation::proof_of(tx, order).await? {
        Some((proof, has, _)) if proof == number => (said - has).abs(),
        _ => said,
    })
}
