//! What happens is told to the merchants and billers whom it concerns.

use city_clock::Timestamp;
use city_contracts::event::Envelope;
use city_events::{Handled, inbox};
use city_ids::{BillId, EventId, PostingId};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::app::App;
use crate::domain::owner::Owner;
use crate::error::{Error, fault};
use crate::store;
use crate::store::payee_event::{PayeeEvent, Subject};

/// What is told of a public event: nothing of who pays.
const MEMBERS: [&str; 10] = [
    "payment",
    "refund",
    "settlement",
    "amount",
    "net",
    "purpose",
    "period",
    "failure",
    "dueDate",
    "paidAt",
];

/// What a public event is about, and so whom it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// A payment to a merchant. Of a payment to a biller its bill says so.
    Sale,
    /// Money of a merchant or a biller that goes back.
    Refund,
    /// An account that is settled.
    Settlement,
    /// A bill of a biller.
    Bill,
}

/// An event that merchants or billers hear, and under which name.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    name: &'static str,
    about: About,
}

/// What merchants and billers hear of a public event of this kind; none of what is not theirs.
pub fn told_of(kind: &str) -> Option<Told> {
    let (name, about) = match kind {
        "PaymentSucceeded" => ("payment.succeeded", About::Sale),
        "PaymentAuthorised" => ("payment.authorised", About::Sale),
        "PaymentCaptured" => ("payment.captured", About::Sale),
        "PaymentVoided" => ("payment.voided", About::Sale),
        "PaymentExpired" => ("payment.expired", About::Sale),
        "RefundDone" => ("refund.done", About::Refund),
        "RefundFailed" => ("refund.failed", About::Refund),
        "SettlementClosed" => ("settlement.closed", About::Settlement),
        "BillPaid" => ("bill.paid", About::Bill),
        "BillCancelled" => ("bill.cancelled", About::Bill),
        _ => return None,
    };
    Some(Told { name, about })
}

/// Numbers an event among those of the merchant or biller whom it concerns, with a delivery to each of their endpoints, all in
/// one transaction. Idempotent: claims the event.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn hear_event(
    app: &App,
    consumer: &str,
    told: Told,
    event: &Envelope<Value>,
) -> Result<Handled, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let subject = whom(&mut tx, told.about, &event.body).await?;
    let Some(subject) = subject else { return Ok(Handled::Ignored) };
    if !inbox::claim(&mut tx, consumer, event.id, now).await.map_err(fault("claiming an event"))? {
        return Ok(Handled::Before);
    }
    let mut data: Map<_, _> = MEMBERS
        .into_iter()
        .filter_map(|member| Some((member.to_owned(), event.body.get(member)?.clone())))
        .collect();
    if let Some((order, order_ref)) = subject.order {
        data.insert("order".to_owned(), json!(order));
        data.insert("orderRef".to_owned(), order_ref.into());
    }
    if let Some((bill, number)) = subject.bill {
        data.insert("bill".to_owned(), json!(bill));
        data.insert("billNo".to_owned(), number.into());
    }
    if let Some(payment) = subject.payment {
        data.insert("payment".to_owned(), json!(payment));
    }
    let data = Value::Object(data);
    tell(&mut tx, subject.owner, event.id, told.name, event.at, &data, now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(Handled::Now)
}

/// Writes an event of a merchant or a biller.
pub(super) async fn tell(
    db: &mut PgConnection,
    owner: Owner,
    id: EventId,
    kind: &str,
    at: Timestamp,
    data: &Value,
    now: Timestamp,
) -> Result<(), Error> {
    let seq = store::payee_event::next_seq(db, owner).await?;
    let body = json!({ "id": id, "type": kind, "seq": seq, "at": at, "data": data }).to_string();
    let event = PayeeEvent { seq, id, kind: kind.to_owned(), body, at };
    store::payee_event::insert(db, owner, &event, now).await
}

/// Whom an event concerns: whose sale, bill or account it is about.
async fn whom(db: &mut PgConnection, about: About, body: &Value) -> Result<Option<Subject>, Error> {
    let text = |member: &str| body.get(member).and_then(Value::as_str);
    let payment = text("payment").and_then(|raw| PostingId::parse(raw).ok());
    match about {
        About::Bill => match text("bill").and_then(|raw| BillId::parse(raw).ok()) {
            Some(bill) => store::payee_event::of_bill(db, bill).await,
            None => Ok(None),
        },
        About::Settlement => match text("payee").and_then(|raw| Uuid::try_parse(raw).ok()) {
            Some(account) => store::payee_event::of_account(db, account).await,
            None => Ok(None),
        },
        About::Sale | About::Refund => {
            let Some(payment) = payment else { return Ok(None) };
            let found = store::payee_event::of_payment(db, payment).await?;
            let hears = |owner| about == About::Refund || matches!(owner, Owner::Merchant(_));
            Ok(found.filter(|found| hears(found.owner)))
        }
    }
}
