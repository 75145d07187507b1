//! Providers are asked to give money back, and what became of it. The hold stays until one says so for certain.

use chrono::Duration;
use city_clock::Timestamp;
use city_contracts::payments::RefundState;
use city_ids::RefundId;

use super::super::App;
use super::super::move_refund::finish_refund;
use super::channel::{Channel, Merchant};
use super::hear::differs;
use super::start::asked;
use crate::domain::provider::schedule::next_poll;
use crate::domain::provider::zalopay::RefundAnswer;
use crate::domain::provider::{Refund as Asked, Returned, refund_ref, zalopay};
use crate::domain::refund::Sent;
use crate::error::{Error, broken};
use crate::store;
use crate::store::provider::{Class, Judged, Order};
use crate::store::refund::Known;

/// How long a refund is another's to ask about.
const TAKEN: Duration = Duration::minutes(1);
/// Between two questions when the plan is over: the hold stays, so does the question, and officers have a break to look at.
const DAILY: Duration = Duration::days(1);
/// Until a provider to which it came to nothing is asked for it again.
const AGAIN: Duration = Duration::hours(1);
/// What is told of a refund that its provider refused.
const REFUSED: &str = "PROVIDER_REFUSED";

/// A refund at its provider.
struct Case<'a> {
    channel: &'a Channel,
    order: &'a Order,
    our_ref: String,
    txn_no: String,
    known: Known,
}

impl Case<'_> {
    fn asked(&self) -> Asked<'_> {
        Asked {
            our_ref: &self.our_ref,
            order: asked(self.order),
            txn_no: &self.txn_no,
            amount: self.known.refund.amount(),
            asked_at: self.known.refund.requested_at,
        }
    }
}

/// Asks for or about one refund that is due; false when none is. Several instances may: each refund is one's at a time.
///
/// # Errors
/// When the ledger or the database is away; it is asked about again.
pub async fn send_one_refund(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let taken = store::provider::take_refund(&mut db, now, now + TAKEN).await?;
    let Some((id, since)) = taken else { return Ok(false) };
    let known = store::refund::find(&mut db, id).await?;
    let known = known.ok_or_else(|| broken("asking about a refund", "it is gone"))?;
    let open = [RefundState::Held, RefundState::Sent, RefundState::Unknown];
    if !open.contains(&known.state) {
        store::provider::plan_refund(&mut db, id, None).await?;
        return Ok(true);
    }
    let found = store::provider::find_moved_by(&mut db, known.refund.moved).await?;
    let Some((order, txn_no)) = found else {
        tracing::error!(refund.id = %id, "A refund at a provider is of none of its orders");
        store::provider::plan_refund(&mut db, id, Some(now + DAILY)).await?;
        return Ok(true);
    };
    let order = store::provider::find(&mut db, order).await?;
    let order = order.ok_or_else(|| broken("asking about a refund", "its order is gone"))?;
    drop(db); // the provider is waited for
    let channel = app.providers.find(order.provider).filter(|channel| channel.is_up(now));
    let ended = match channel {
        Some(channel) => {
            let our_ref = refund_ref(id.as_uuid());
            carry_on(app, &Case { channel, order: &order, our_ref, txn_no, known }).await?
        }
        None => false,
    };
    let planned = next_poll(since, now);
    if !ended && planned.is_none() {
        differs(app, &order, Class::Unresolved, (None, None), now).await?; // somebody has to look at it
    }
    let next = planned.unwrap_or(now + DAILY);
    let mut db = app.connection().await?;
    store::provider::plan_refund(&mut db, id, (!ended).then_some(next)).await?;
    Ok(true)
}

/// The next step of a refund; whether it has ended.
async fn carry_on(app: &App, case: &Case<'_>) -> Result<bool, Error> {
    let id = case.known.refund.id;
    let returned = if case.known.state == RefundState::Held {
        send(app, case).await?
    } else {
        match question(app, case).await? {
            // Only then is it certain that sending it again sends it once.
            Returned::NotFound => send(app, case).await?,
            // Under the same name: were it under way after all, there would still be one of it.
            Returned::NotTaken if has_waited(app, id).await? => send(app, case).await?,
            returned => returned,
        }
    };
    match returned {
        Returned::Done => finish_refund(app, id, None).await.map(|_| true),
        Returned::Refused => {
            tracing::error!(refund.id = %id, "A provider refuses to give money back");
            finish_refund(app, id, Some(REFUSED)).await.map(|_| true)
        }
        Returned::Running | Returned::NotTaken => note(app, id, Sent::Sent).await.map(|()| false),
        Returned::NotFound | Returned::Unknown => {
            note(app, id, Sent::Unknown).await.map(|()| false)
        }
    }
}

/// Whether it was sent last so long ago that it may be sent again.
async fn has_waited(app: &App, id: RefundId) -> Result<bool, Error> {
    let sent_at = store::provider::sent_at(&mut *app.connection().await?, id).await?;
    Ok(sent_at.is_some_and(|at| at + AGAIN <= app.clock.now()))
}

/// Sends it. That it was sent is kept before: what is not kept could be sent twice under two names.
async fn send(app: &App, case: &Case<'_>) -> Result<Returned, Error> {
    let (asked, now) = (case.asked(), app.clock.now());
    {
        let (mut db, id) = (app.connection().await?, case.known.refund.id);
        store::provider::set_sent_at(&mut db, id, Sent::Sent.name(), now).await?;
    }
    let question = match &case.channel.merchant {
        Merchant::Vnpay(city) => city.refund(&asked, now),
        Merchant::Momo(city) => city.refund(&asked),
        Merchant::Zalopay(city) => city.refund(&asked, now),
    };
    let answer = case.channel.ask(&question).await;
    let returned =
        answer.as_deref().map_or(Returned::Unknown, |raw| match &case.channel.merchant {
            Merchant::Vnpay(city) => city.read_refund(&asked, raw),
            Merchant::Momo(city) => city.read_refund(&asked, raw),
            Merchant::Zalopay(_) => zalopay::Merchant::read_refund(raw, RefundAnswer::ToRefund),
        });
    keep(app, case, answer.as_deref(), returned, now).await?;
    Ok(returned)
}

/// Asks what became of it.
async fn question(app: &App, case: &Case<'_>) -> Result<Returned, Error> {
    let (asked, now) = (case.asked(), app.clock.now());
    let request = app.ids.uuid(now).simple().to_string();
    let question = match &case.channel.merchant {
        Merchant::Vnpay(city) => city.query(&asked.order, &request, now),
        Merchant::Momo(city) => city.query(&case.our_ref, &request),
        Merchant::Zalopay(city) => city.refund_query(&asked, now),
    };
    let answer = case.channel.ask(&question).await;
    let returned =
        answer.as_deref().map_or(Returned::Unknown, |raw| match &case.channel.merchant {
            Merchant::Vnpay(city) => city.read_refund_query(&asked, raw),
            Merchant::Momo(city) => city.read_refund(&asked, raw),
            Merchant::Zalopay(_) => zalopay::Merchant::read_refund(raw, RefundAnswer::ToQuery),
        });
    let returned =
        if of_another(app, case, returned).await? { Returned::Unknown } else { returned };
    keep(app, case, answer.as_deref(), returned, now).await?;
    Ok(returned)
}

/// VNPAY is asked about the order, and answers about the last that happened to it. Where two refunds of an order are of one
/// amount, that may be the other one's: only the answer to the refund itself or a statement tells them apart.
async fn of_another(app: &App, case: &Case<'_>, returned: Returned) -> Result<bool, Error> {
    let says_nothing = matches!(returned, Returned::NotFound | Returned::Unknown);
    if says_nothing || !matches!(case.channel.merchant, Merchant::Vnpay(_)) {
        return Ok(false);
    }
    let refund = &case.known.refund;
    let mut db = app.connection().await?;
    let all = store::refund::list(&mut db, &[], &[refund.payment.as_uuid()]).await?;
    let mut twins = all.iter().filter(|other| {
        let other = &other.refund;
        other.id != refund.id && other.sent.is_some() && other.amount() == refund.amount()
    });
    // Money that went back is none of a refund that was refused for good.
    Ok(twins.any(|twin| returned != Returned::Done || twin.state != RefundState::Failed))
}

async fn keep(
    app: &App,
    case: &Case<'_>,
    answer: Option<&[u8]>,
    returned: Returned,
    now: Timestamp,
) -> Result<(), Error> {
    case.channel.learn(returned != Returned::Unknown, now);
    let Some(raw) = answer else { return Ok(()) };
    let verified = returned != Returned::Unknown;
    let judged = Judged { verified, order: Some(case.order.id), outcome: "REFUND" };
    let mut db = app.connection().await?;
    store::provider::insert_answer(&mut db, case.order.provider, raw, judged, now).await
}

async fn note(app: &App, id: RefundId, sent: Sent) -> Result<(), Error> {
    let mut db = app.connection().await?;
    store::provider::set_sent(&mut db, id, sent.name()).await
}
