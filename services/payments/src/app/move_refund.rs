//! The ledger moves a refund: at once to a wallet, or set aside until the provider has paid it back.

use chrono::Duration;
use city_clock::Timestamp;
use city_contracts::payments::{RefundEvent, RefundState};
use city_ids::RefundId;
use city_money::Vnd;
use city_receipt::{derive, sha256};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::freeze_wallet::unexpected;
use super::{App, provider, view};
use crate::domain::chart;
use crate::domain::ledger::{
    AccountNo, Action, Claim, Class, Code, Count, Event, Leg, Posting, Purpose, Refused, Verdict,
};
use crate::domain::provider::state::{Facts, Refunds};
use crate::domain::provider::{arrival, outcome};
use crate::domain::refund::{Moved, Refund, Requester, Target};
use crate::error::{Error, broken, fault};
use crate::events;
use crate::store;
use crate::store::provider::Order;

/// How long money may be set aside for a provider: until somebody says what became of it.
const HELD_FOR: Duration = Duration::days(3_650);
/// What is told of a refund that an officer refused.
const REFUSED: &str = "OFFICER_REFUSED";

/// Moves a refund that is approved, or needs no approval, and gives the ledger's answer. Idempotent: under an id that follows
/// from the refund. Money for a closed wallet goes to where money waits for its owner.
///
/// # Errors
/// When the ledger or the database is away; it is tried again.
pub async fn move_refund(app: &App, id: RefundId) -> Result<Verdict, Error> {
    let (refund, legs, suspense, order) = {
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        let known = store::refund::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let legs = store::refund::moved(&mut tx, known.refund.payment).await?;
        let suspense = store::ledger::open(&mut tx, chart::SUSPENSE, Class::Suspense, None).await?;
        let order = provider_order(&mut tx, &known.refund).await?;
        tx.commit().await.map_err(fault("committing"))?;
        (known.refund, legs, suspense, order)
    };
    let now = app.clock.now();
    let moving = Moving::of(&refund, &legs, order.as_ref())?;
    let mut verdict = app.ledger.post(moving.posting(refund.act(), None, now)).await?;
    // Odd details name the side that would get the money.
    let closed = Code::AccountClosed;
    let is_closed = |refused: &Refused| refused.code == closed && refused.detail % 2 == 1;
    if refund.target == Target::Wallet
        && let Verdict::Refused(refused) = &verdict
        && is_closed(refused)
    {
        verdict = app.ledger.post(moving.posting(refund.aside(), Some(suspense), now)).await?;
    }
    match &verdict {
        Verdict::Created(_) => settle(app, &refund, Vec::new(), now).await?,
        Verdict::Refused(refused) => {
            settle(app, &refund, moving.refused(refused.code.name()), now).await?;
        }
        // Somebody used the id for something else, so it can never move: another refund may.
        Verdict::KeyReused => settle(app, &refund, moving.refused("KEY_REUSED"), now).await?,
        other => return Err(unexpected(other)),
    }
    Ok(verdict)
}

/// The provider has paid a refund back, or refused for good: the money that is set aside moves, or is free again. Idempotent;
/// the first answer counts.
///
/// # Errors
/// `NotFound`, `State` of a refund whose money is not set aside, and when the ledger or the database is away.
pub async fn finish_refund(
    app: &App,
    id: RefundId,
    refusal: Option<&str>,
) -> Result<Verdict, Error> {
    let (refund, legs, order) = {
        let mut db = app.connection().await?;
        let known = store::refund::find(&mut db, id).await?.ok_or(Error::NotFound)?;
        let legs = store::refund::moved(&mut db, known.refund.payment).await?;
        let order = provider_order(&mut db, &known.refund).await?;
        (known.refund, legs, order)
    };
    if refund.target != Target::Provider {
        return Err(Error::State);
    }
    let moving = Moving::of(&refund, &legs, order.as_ref())?;
    let (hold, amount) = (refund.act(), refund.amount());
    let (label, action, event, ends) = match refusal {
        None => ("refund.done", Action::Capture { hold, amount }, moving.done(), RefundState::Done),
        Some(code) => {
            ("refund.void", Action::Void { hold }, moving.failed(code), RefundState::Failed)
        }
    };
    let reference = Some(refund.payment.as_uuid());
    let leg = Leg { action, purpose: Purpose::Refund, reference };
    let hash = sha256(&[label.as_bytes(), refund.id.as_uuid().as_bytes()]);
    let posting = |id| {
        let events = std::iter::once(event.clone()).chain(moving.order_changed(id, ends)).collect();
        Posting { events, ..Posting::new(id, hash, vec![leg.clone()]) }
    };
    let mut verdict = app.ledger.post(posting(derive(label, refund.id.as_uuid()))).await?;
    if verdict == Verdict::KeyReused {
        // Somebody used the id for something else. Any other does: what is held ends once.
        verdict = app.ledger.post(posting(app.ids.uuid(app.clock.now()))).await?;
    }
    match verdict {
        Verdict::Refused(refused) if refused.code == Code::HoldNotFound => Err(Error::State),
        // Refused: it ended the other way before.
        verdict @ (Verdict::Created(_) | Verdict::Refused(_)) => Ok(verdict),
        other => Err(unexpected(&other)),
    }
}

/// Notes that the ledger answered, and tells once what follows from a no.
async fn settle(app: &App, refund: &Refund, told: Vec<Event>, now: Timestamp) -> Result<(), Error> {
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if store::refund::answered(&mut tx, refund.id, now).await? {
        tell(&mut tx, told, now).await?;
    }
    tx.commit().await.map_err(fault("committing"))
}

async fn tell(tx: &mut PgConnection, told: Vec<Event>, now: Timestamp) -> Result<(), Error> {
    for event in told {
        let id = city_ids::EventId::restore(event.id);
        let envelope = city_contracts::event::Envelope::new(id, &event.kind, now, event.body);
        let pushed = city_events::outbox::push(&mut *tx, &envelope).await;
        pushed.map_err(fault("writing the outbox"))?;
    }
    Ok(())
}

/// Tells that an officer refused a refund which the city itself had begun: its payer was told that the money comes back. What
/// an officer asked for was told to nobody. In the transaction of the decision, which is made once.
///
/// # Errors
/// When the database is away.
pub(super) async fn tell_refused(
    tx: &mut PgConnection,
    id: RefundId,
    now: Timestamp,
) -> Result<(), Error> {
    let known = store::refund::find(&mut *tx, id).await?.ok_or(Error::NotFound)?;
    if known.refund.requester != Requester::City {
        return Ok(());
    }
    let legs = store::refund::moved(&mut *tx, known.refund.payment).await?;
    let order = provider_order(&mut *tx, &known.refund).await?;
    let moving = Moving::of(&known.refund, &legs, order.as_ref())?;
    let changed = moving.order_changed(known.refund.act(), RefundState::Refused);
    tell(tx, std::iter::once(moving.failed(REFUSED)).chain(changed).collect(), now).await
}

/// The provider's order whose money a refund gives back.
pub(super) async fn provider_order(
    db: &mut PgConnection,
    refund: &Refund,
) -> Result<Option<Order>, Error> {
    if refund.target != Target::Provider {
        return Ok(None);
    }
    match store::provider::find_moved_by(db, refund.moved).await? {
        Some((order, _)) => store::provider::find(db, order).await,
        None => Ok(None),
    }
}

/// A refund with the legs that it turns round.
struct Moving<'a> {
    refund: &'a Refund,
    legs: Vec<(&'a Moved, i64)>,
    purpose: Purpose,
    /// The provider's order whose money it is.
    order: Option<&'a Order>,
}

impl<'a> Moving<'a> {
    fn of(refund: &'a Refund, moved: &'a [Moved], order: Option<&'a Order>) -> Result<Self, Error> {
        let found = refund.parts.iter().map(|part| {
            let leg = moved.iter().find(|leg| {
                leg.posting == refund.moved
                    && leg.leg == part.leg
                    && leg.target() == Some(refund.target)
            });
            Some((leg?, part.amount))
        });
        let legs: Option<Vec<_>> = found.collect();
        let missing = || broken("moving a refund", "a leg is not what it was");
        let legs = legs.filter(|legs| !legs.is_empty()).ok_or_else(missing)?;
        let purpose = legs.first().map_or(Purpose::Refund, |(leg, _)| leg.purpose);
        Ok(Self { refund, legs, purpose, order })
    }

    /// The posting that moves it, to where the money came from or to `aside`.
    fn posting(&self, id: Uuid, aside: Option<AccountNo>, now: Timestamp) -> Posting {
        let refund = self.refund;
        let reference = Some(refund.payment.as_uuid());
        let legs = self.legs.iter().map(|(leg, amount)| {
            let (dr, cr, amount) = (leg.to.0, aside.unwrap_or(leg.from.0), *amount);
            let action = match refund.target {
                Target::Wallet => Action::Post { dr, cr, amount },
                Target::Provider => Action::Hold { dr, cr, amount, expires_at: now + HELD_FOR },
            };
            Leg { action, purpose: Purpose::Refund, reference }
        });
        let counts: Vec<Count> = self.legs.iter().map(|(leg, amount)| leg.count(*amount)).collect();
        let back = refund.target == Target::Wallet && aside.is_none();
        let doc = json!({
            "v": 1, "refund": refund.id, "payment": refund.payment, "purpose": "refund",
            "amount": Vnd::new(refund.amount()),
        });
        let hash = refund.req_hash(id);
        let mut events = if back { vec![self.done()] } else { Vec::new() };
        events.extend(self.order_changed(id, RefundState::Held));
        Posting {
            claims: self.order_claim(),
            counts,
            doc: Some(doc.to_string()),
            events,
            ..Posting::new(id, hash, legs.collect())
        }
    }

    /// Money that is aside goes back or is credited, never both. After a refund that failed, the counter alone decides
    /// about the next. What was credited after it had waited is taken from whom it was credited to, and claims nothing.
    fn order_claim(&self) -> Vec<Claim> {
        let aside = self.order.filter(|order| {
            order.facts.arrival != Some(arrival::CREDITED)
                && order.arrived_by == Some(self.refund.moved)
        });
        let unclaimed = aside.filter(|order| order.facts.claim != Some(outcome::REFUNDED));
        let claim = |order: &Order| Claim { subject: order.subject, outcome: outcome::REFUNDED };
        unclaimed.map(claim).into_iter().collect()
    }

    /// What is told of the order whose money it is when this refund gets so far.
    fn order_changed(&self, posting: Uuid, to: RefundState) -> Option<Event> {
        let order = self.order?;
        let then = order
            .refunds
            .iter()
            .map(|(id, state, amount)| (if *id == self.refund.id { to } else { *state }, *amount));
        let facts = Facts { refunds: Refunds::of(then), ..order.facts };
        let id = derive("event.order", posting);
        let body = provider::changed(order, facts.state());
        Some(events::event(id, "ProviderPaymentChanged", &body))
    }

    /// What is told when the ledger did not let the money go.
    fn refused(&self, code: &str) -> Vec<Event> {
        let changed = self.order_changed(self.refund.act(), RefundState::Failed);
        std::iter::once(self.failed(code)).chain(changed).collect()
    }

    fn done(&self) -> Event {
        let id = derive("event.refund.done", self.refund.id.as_uuid());
        events::event(id, "RefundDone", &self.told(None))
    }

    fn failed(&self, code: &str) -> Event {
        let id = derive("event.refund.failed", self.refund.id.as_uuid());
        events::event(id, "RefundFailed", &self.told(Some(code)))
    }

    fn told(&self, failure: Option<&str>) -> RefundEvent {
        let payer = self.legs.first().and_then(|(leg, _)| leg.payer);
        RefundEvent {
            refund: self.refund.id,
            payment: self.refund.payment,
            account: payer.or_else(|| self.order.map(|order| order.owner)),
            purpose: view::purpose(self.purpose),
            amount: Vnd::new(self.refund.amount()),
            provider_payment: self.order.map(|order| order.id),
            failure: failure.map(str::to_owned),
        }
    }
}
