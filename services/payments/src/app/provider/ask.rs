//! A provider is asked what became of an order: notices get lost.

use chrono::Duration;
use city_ids::ProviderOrderId;
use sqlx::PgConnection;

use super::super::App;
use super::channel::{Channel, Merchant};
use super::hear::{differs, hear};
use super::refund::{give_back, is_suspended};
use super::start::asked;
use crate::domain::provider::schedule::next_poll;
use crate::domain::provider::{Said, Unproven, arrival, zalopay};
use crate::error::{Error, broken};
use crate::store;
use crate::store::provider::{Class, Evidence, Judged, Order};
use crate::store::reconciliation::Witness;

/// How long an order is another's to ask about.
const TAKEN: Duration = Duration::minutes(1);

/// Asks about one order that is due; false when none is. Several instances may ask at once: each order is asked about by
/// one of them.
///
/// # Errors
/// When the ledger or the database is away; it is asked about again.
pub async fn ask_about_one(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let up = app.providers.up(now).into_iter().map(store::provider::name);
    let up: Vec<_> = up.map(str::to_owned).collect();
    let mut db = app.connection().await?;
    let taken = store::provider::take_due(&mut db, &up, now, now + TAKEN).await?;
    let Some(id) = taken else { return Ok(false) };
    let order = store::provider::find(&mut db, id).await?;
    let order = order.ok_or_else(|| broken("asking about an order", "it is gone"))?;
    let open = is_open(&mut db, &order).await?;
    drop(db); // the provider is waited for
    if open {
        ask(app, &order).await?;
    }
    if is_suspended(&order) {
        give_back(app, &order).await?;
    }
    plan(app, id, &order).await?;
    Ok(true)
}

/// Whether its provider's word still decides something: no money arrived, or a statement alone says so and nobody credited it.
async fn is_open(db: &mut PgConnection, order: &Order) -> Result<bool, Error> {
    let facts = order.facts;
    if facts.arrival != Some(arrival::DOUBTED) || facts.claim.is_some() {
        return Ok(facts.arrival.is_none());
    }
    let witness = store::reconciliation::witness_of(db, order.id).await?;
    Ok(matches!(witness, Some(Witness::Statement(_))))
}

async fn ask(app: &App, order: &Order) -> Result<(), Error> {
    let Some(channel) = app.providers.find(order.provider) else { return Ok(()) };
    let answer = put(app, channel, order).await;
    let now = app.clock.now();
    let said = match &answer {
        Some(raw) => read(channel, order, raw),
        None => Err(Unproven),
    };
    // An answer that proves nothing is as good as none.
    channel.learn(said.is_ok(), now);
    if let Some(raw) = &answer {
        let judged = Judged { verified: said.is_ok(), order: Some(order.id), outcome: "QUERY" };
        let mut db = app.connection().await?;
        store::provider::insert_answer(&mut db, order.provider, raw, judged, now).await?;
    }
    match said {
        Ok(said) => hear(app, order, &said, Evidence::Query).await.map(drop),
        Err(Unproven) => Ok(()),
    }
}

async fn put(app: &App, channel: &Channel, order: &Order) -> Option<Vec<u8>> {
    let (asked, now) = (asked(order), app.clock.now());
    // Unique in its day, and at most 32 characters.
    let request = app.ids.uuid(now).simple().to_string();
    let question = match &channel.merchant {
        Merchant::Vnpay(city) => city.query(&asked, &request, now),
        Merchant::Momo(city) => city.query(&order.our_ref, &request),
        Merchant::Zalopay(city) => city.query(&asked),
    };
    channel.ask(&question).await
}

fn read(channel: &Channel, order: &Order, raw: &[u8]) -> Result<Said, Unproven> {
    let asked = asked(order);
    match &channel.merchant {
        Merchant::Vnpay(city) => city.read_query(&asked, raw),
        Merchant::Momo(city) => city.read_query(&asked, raw),
        Merchant::Zalopay(_) => zalopay::Merchant::read_query(&asked, raw),
    }
}

/// Plans the next time. After a week nobody is asked any more, and somebody has to look.
async fn plan(app: &App, id: ProviderOrderId, before: &Order) -> Result<(), Error> {
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let order = store::provider::find(&mut db, id).await?;
    let order = order.as_ref().unwrap_or(before);
    let (facts, open) = (order.facts, is_open(&mut db, order).await?);
    let next = if open { next_poll(order.created_at, now) } else { None };
    store::provider::set_next_poll(&mut db, id, next).await?;
    drop(db);
    if next.is_none() && facts.arrival.is_none() && facts.ended.is_none() {
        differs(app, before, Class::Unresolved, (None, None), now).await?;
    }
    Ok(())
}
