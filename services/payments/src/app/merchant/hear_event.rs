//! What happens is told to the merchants it concerns.

use city_clock::Timestamp;
use city_contracts::event::Envelope;
use city_events::{Handled, inbox};
use city_ids::{EventId, MerchantId, PostingId};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, fault};
use crate::store;
use crate::store::merchant_event::{MerchantEvent, Subject};

/// What merchants are told of a public event: nothing of who pays.
const MEMBERS: [&str; 8] =
    ["payment", "refund", "settlement", "amount", "net", "purpose", "period", "failure"];

/// The name under which merchants hear of a public event; none for what is not theirs.
pub fn kind_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "PaymentSucceeded" => "payment.succeeded",
        "PaymentAuthorised" => "payment.authorised",
        "PaymentCaptured" => "payment.captured",
        "PaymentVoided" => "payment.voided",
        "PaymentExpired" => "payment.expired",
        "RefundDone" => "refund.done",
        "RefundFailed" => "refund.failed",
        "SettlementClosed" => "settlement.closed",
        _ => return None,
    })
}

/// Numbers an event among those of the merchant it concerns, with a delivery to each of its endpoints, all in one
/// transaction. Idempotent: claims the event.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn hear_event(
    app: &App,
    consumer: &str,
    kind: &'static str,
    event: &Envelope<Value>,
) -> Result<Handled, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let Some(subject) = whom(&mut tx, &event.body).await? else { return Ok(Handled::Ignored) };
    if !inbox::claim(&mut tx, consumer, event.id, now).await.map_err(fault("claiming an event"))? {
        return Ok(Handled::Before);
    }
    let mut data: Map<_, _> = MEMBERS
        .into_iter()
        .filter_map(|member| Some((member.to_owned(), event.body.get(member)?.clone())))
        .collect();
    if let Some((order, order_ref)) = subject.order.zip(subject.order_ref) {
        data.insert("order".to_owned(), json!(order));
        data.insert("orderRef".to_owned(), order_ref.into());
    }
    tell(&mut tx, subject.merchant, event.id, kind, event.at, &Value::Object(data), now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(Handled::Now)
}

/// Writes an event of a merchant.
pub(super) async fn tell(
    db: &mut PgConnection,
    merchant: MerchantId,
    id: EventId,
    kind: &str,
    at: Timestamp,
    data: &Value,
    now: Timestamp,
) -> Result<(), Error> {
    let seq = store::merchant_event::next_seq(db, merchant).await?;
    let body = json!({ "id": id, "type": kind, "seq": seq, "at": at, "data": data }).to_string();
    let event = MerchantEvent { seq, id, kind: kind.to_owned(), body, at };
    store::merchant_event::insert(db, merchant, &event, now).await
}

/// Whom an event concerns: the merchant that the payment goes to, or that is settled.
async fn whom(db: &mut PgConnection, body: &Value) -> Result<Option<Subject>, Error> {
    let text = |member: &str| body.get(member).and_then(Value::as_str);
    let payee = text("payee").map(|raw| raw.rsplit('_').next().unwrap_or(raw));
    if let Some(payee) = payee.and_then(|raw| Uuid::try_parse(raw).ok()) {
        let found = store::merchant::find(db, MerchantId::restore(payee)).await?;
        return Ok(found.map(|it| Subject { merchant: it.id, order: None, order_ref: None }));
    }
    match text("payment").and_then(|raw| PostingId::parse(raw).ok()) {
        Some(payment) => store::merchant_event::subject(db, payment).await,
        None => Ok(None),
    }
}
