//! Money that arrived goes where it was meant for, or aside.
//!
//! Three claims keep it single. The one on the order's money says where it went when it arrived; the one on the number of its
//! payment, that this payment went nowhere else; the one on the order, how it ended. Every id follows from the order, so each step
//! happens once however often it is tried; where such an id is spent, the claims alone keep the step single.

use city_clock::Timestamp;
use city_contracts::payments::{PaymentEvent, ProviderPaymentState, TopUpSucceeded};
use city_ids::PostingId;
use city_money::Vnd;
use city_receipt::{derive, sha256};
use serde_json::json;
use uuid::Uuid;

use super::super::freeze_wallet::unexpected;
use super::super::{App, pay_bill, view};
use super::hear::{Heard, differs};
use super::read::changed;
use super::refund::{give_back, is_suspended};
use crate::domain::bill;
use crate::domain::chart;
use crate::domain::dues::split;
use crate::domain::ledger::{AccountNo, Claim, Class, Code, Event, Leg, Posting, Purpose, Verdict};
use crate::domain::provider::{arrival, outcome};
use crate::domain::reconciliation::number_claim;
use crate::error::{Error, broken};
use crate::events;
use crate::store;
use crate::store::provider::{Class as Difference, Order, name};
use crate::store::wallet::Of;

/// Where money comes from when it is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From<'a> {
    /// What the provider owes: it arrives now, by a payment of this number.
    Clearing(&'a str),
    /// Aside: it arrived before.
    Suspense,
}

/// What became of a try to credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credit {
    /// It is credited, now or before.
    Done,
    /// The order was ended otherwise.
    EndedOtherwise,
    /// Its money is aside.
    Aside,
    /// The payment of that number went elsewhere.
    Elsewhere,
    /// Whom it was meant for does not take it.
    Refused(Code),
}

/// Credits money that arrived, or puts it aside when whom it was meant for cannot take it.
pub async fn settle(
    app: &App,
    order: &Order,
    number: &str,
    now: Timestamp,
) -> Result<Heard, Error> {
    let known = order.facts.claim.is_some();
    match order.facts.arrival {
        Some(arrival::CREDITED) => return Ok(Heard::Again),
        Some(arrival::SUSPENDED) => {
            give_back_if_aside(app, order).await?;
            return Ok(Heard::Again);
        }
        _ => {}
    }
    match credit(app, order, From::Clearing(number), now).await? {
        Credit::Done => {}
        Credit::EndedOtherwise => return Ok(Heard::Again),
        Credit::Elsewhere => return went_elsewhere(app, order, number, now).await,
        // The provider doubted the payer before and does so no more.
        Credit::Aside => match order.facts.arrival {
            Some(arrival::DOUBTED) => release(app, order, now).await.map(drop)?,
            _ => return Ok(Heard::Again),
        },
        Credit::Refused(code) => {
            tracing::info!(order.id = %order.id, code = code.name(), "Money through a provider goes aside");
            let what = (arrival::SUSPENDED, "order.suspense", ProviderPaymentState::Refunding);
            let heard = put_aside(app, order, what, number, now).await?;
            give_back_if_aside(app, order).await?;
            return Ok(heard);
        }
    }
    Ok(if known { Heard::Again } else { Heard::Recorded })
}

/// What is aside now, and not by doubt, goes back.
async fn give_back_if_aside(app: &App, order: &Order) -> Result<(), Error> {
    let found = store::provider::find(&mut *app.connection().await?, order.id).await?;
    match found.filter(is_suspended) {
        Some(order) => give_back(app, &order).await,
        None => Ok(()),
    }
}

/// Puts money aside whose payer the provider doubts.
pub async fn set_aside_doubted(
    app: &App,
    order: &Order,
    number: &str,
    now: Timestamp,
) -> Result<Heard, Error> {
    let what = (arrival::DOUBTED, "order.review", ProviderPaymentState::Review);
    put_aside(app, order, what, number, now).await
}

/// Officers, or a statement, put the payment of a number aside just before its provider said whose it is: two officers give it out.
async fn went_elsewhere(
    app: &App,
    order: &Order,
    number: &str,
    now: Timestamp,
) -> Result<Heard, Error> {
    differs(app, order, Difference::Duplicate, (None, Some(number)), now).await?;
    Ok(Heard::Again)
}

/// Credits money that was put aside.
pub async fn release(app: &App, order: &Order, now: Timestamp) -> Result<Credit, Error> {
    credit(app, order, From::Suspense, now).await
}

async fn credit(app: &App, order: &Order, from: From<'_>, now: Timestamp) -> Result<Credit, Error> {
    let (label, ext, class) = match from {
        From::Clearing(_) => ("order.credit", chart::clearing(order.provider), Class::Clearing),
        From::Suspense => ("order.release", chart::SUSPENSE, Class::Suspense),
    };
    let mut db = app.connection().await?;
    let id = unspent(app, &mut db, (label, order), now).await?;
    let source = store::ledger::open(&mut db, ext, class, None).await?;
    let Some(part) = part(&mut db, order, id, source, now).await? else {
        return Ok(Credit::Refused(Code::AccountClosed));
    };
    drop(db); // the ledger has its own connection
    let mut claims = vec![Claim { subject: order.subject, outcome: outcome::CREDITED }];
    if let From::Clearing(number) = from {
        claims.push(Claim { subject: order.money, outcome: arrival::CREDITED });
        claims.push(number_claim(name(order.provider), number));
    }
    claims.extend(
        order.bill.map(|(_, revision)| Claim { subject: revision, outcome: bill::outcome::PAID }),
    );
    let mut told = changed(order, ProviderPaymentState::Paid);
    told.payment = Some(PostingId::restore(id));
    let mut events = part.events;
    events.push(events::event(derive("event.order", id), "ProviderPaymentChanged", &told));
    let posting = Posting {
        claims,
        doc: Some(part.doc),
        events,
        ..Posting::new(id, req_hash(label, order), part.legs)
    };
    posting.check().map_err(|error| broken("crediting an order", error))?;
    match app.ledger.post(posting).await? {
        Verdict::Created(_) => Ok(Credit::Done),
        Verdict::Refused(refused) => Ok(match (refused.code, refused.detail, from) {
            (Code::AlreadyResolved, 0, _) => {
                let now = store::provider::find(&mut *app.connection().await?, order.id).await?;
                let claim = now.and_then(|now| now.facts.claim);
                if claim == Some(outcome::CREDITED) { Credit::Done } else { Credit::EndedOtherwise }
            }
            (Code::AlreadyResolved, 1, From::Clearing(_)) => Credit::Aside,
            (Code::AlreadyResolved, 2, From::Clearing(_)) => Credit::Elsewhere,
            (code, ..) => Credit::Refused(code),
        }),
        other => Err(unexpected(&other)),
    }
}

/// What differs between a top-up and a bill.
struct Part {
    legs: Vec<Leg>,
    events: Vec<Event>,
    doc: String,
}

/// None when there is nobody to credit any more.
async fn part(
    db: &mut sqlx::PgConnection,
    order: &Order,
    id: Uuid,
    source: AccountNo,
    now: Timestamp,
) -> Result<Option<Part>, Error> {
    let payment = PostingId::restore(id);
    let amount = Vnd::new(order.amount);
    if let Some((bill, revision)) = order.bill {
        let Some(bill) = store::bill::find(db, bill).await? else { return Ok(None) };
        // The payer saw what was due when they started; the notice may come on another day.
        let due = bill.due(order.created_at);
        if bill.revision != revision || due.amount != order.amount {
            return Ok(None); // another amount is due now
        }
        let accounts = store::bill::accounts(db, bill.biller.id, &bill.heads).await?;
        let heads: Vec<_> = split(&bill.heads, &due).into_iter().zip(accounts).collect();
        let purpose = bill.biller.purpose;
        let mut doc = json!({
            "v": 1, "payment": payment, "payee": bill.biller.name, "purpose": purpose.name().to_lowercase(),
            "billNumber": bill.number, "heads": bill.heads, "amount": amount,
        });
        for (name, part) in [("rebate", due.rebate), ("penalty", due.penalty)] {
            if part > 0 {
                doc[name] = json!(Vnd::new(part));
            }
        }
        let mut told = pay_bill::told(&bill, order.created_at);
        told.event.paid_at = Some(now);
        // Whoever paid is told, also when the bill is for somebody else or for nobody in particular.
        let paid = PaymentEvent {
            payment,
            account: order.owner,
            wallet: None,
            purpose: view::purpose(purpose),
            amount,
            bill: Some(bill.id),
        };
        return Ok(Some(Part {
            legs: bill::legs(source, &heads, purpose, revision),
            events: vec![
                events::event(derive("event.paid", id), "PaymentSucceeded", &paid),
                events::event(derive("event.bill.paid", id), "BillPaid", &told),
            ],
            doc: doc.to_string(),
        }));
    }
    let Some(wallet) = order.wallet else { return Ok(None) };
    let Some(wallet) = store::wallet::find(db, Of::Id(wallet)).await? else { return Ok(None) };
    let told = TopUpSucceeded {
        provider_payment: order.id,
        account: order.owner,
        wallet: wallet.id,
        provider: order.provider,
        amount,
        payment,
    };
    let doc = json!({
        "v": 1, "payment": payment, "payee": wallet.id, "purpose": "top_up", "amount": amount,
    });
    Ok(Some(Part {
        legs: vec![leg(source, wallet.account, order)],
        events: vec![events::event(derive("event.topup", id), "TopUpSucceeded", &told)],
        doc: doc.to_string(),
    }))
}

async fn put_aside(
    app: &App,
    order: &Order,
    (why, label, state): (i16, &'static str, ProviderPaymentState),
    number: &str,
    now: Timestamp,
) -> Result<Heard, Error> {
    let known = order.facts.arrival.is_some();
    let mut db = app.connection().await?;
    let id = unspent(app, &mut db, (label, order), now).await?;
    let clearing = chart::clearing(order.provider);
    let clearing = store::ledger::open(&mut db, clearing, Class::Clearing, None).await?;
    let suspense = store::ledger::open(&mut db, chart::SUSPENSE, Class::Suspense, None).await?;
    drop(db);
    let told = changed(order, state);
    let posting = Posting {
        claims: vec![
            Claim { subject: order.money, outcome: why },
            number_claim(name(order.provider), number),
        ],
        events: vec![events::event(derive("event.order", id), "ProviderPaymentChanged", &told)],
        ..Posting::new(id, req_hash(label, order), vec![leg(clearing, suspense, order)])
    };
    match app.ledger.post(posting).await? {
        Verdict::Created(_) if !known => Ok(Heard::Recorded),
        Verdict::Refused(refused)
            if (refused.code, refused.detail) == (Code::AlreadyResolved, 1) =>
        {
            went_elsewhere(app, order, number, now).await
        }
        // Its money arrived before, here or where it was meant for.
        Verdict::Created(_) | Verdict::Refused(_) => Ok(Heard::Again),
        other => Err(unexpected(&other)),
    }
}

fn leg(from: AccountNo, to: AccountNo, order: &Order) -> Leg {
    let reference = Some(order.id.as_uuid());
    Leg { reference, ..Leg::post(from, to, order.amount, Purpose::TopUp) }
}

/// The id that follows from an order, so that a step that is tried twice is one step. It is spent when the ledger refused it
/// before, or when somebody used it for something else: ids of clients are theirs to choose. Then any other id does, since
/// what must happen once is claimed.
async fn unspent(
    app: &App,
    db: &mut sqlx::PgConnection,
    (label, order): (&str, &Order),
    now: Timestamp,
) -> Result<Uuid, Error> {
    let id = derive(label, order.id.as_uuid());
    let known = store::payment::find_known(db, id).await?;
    let spent = known
        .is_some_and(|known| known.refused.is_some() || known.req_hash != req_hash(label, order));
    Ok(if spent { app.ids.uuid(now) } else { id })
}

/// The same for every try: a posting of the same id is the same.
fn req_hash(label: &str, order: &Order) -> [u8; 32] {
    sha256(&[label.as_bytes(), order.id.as_uuid().as_bytes(), &order.amount.to_be_bytes()])
}
