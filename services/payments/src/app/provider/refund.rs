//! Money that could not be credited goes back, and a doubted payer's too when officers say so.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use city_ids::{PostingId, ProviderOrderId, RefundId};
use city_receipt::derive;

use super::super::request_refund::{AskRefund, request_refund};
use super::super::{App, move_refund};
use crate::domain::approval::{Approval, Asked};
use crate::domain::ledger::Verdict;
use crate::domain::provider::arrival;
use crate::domain::refund::{Part, Refund, Requester, Target};
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::provider::{Decision, Order};
use crate::store::refund::Known;

/// Why the city gives money back by itself.
const REASON: &str = "the money arrived and could not be credited";

/// Has money that could not be credited go back; above an amount only after an officer's yes. Idempotent: the refund
/// follows from the order.
///
/// # Errors
/// When the database is away; the poller does it then.
pub async fn give_back(app: &App, order: &Order) -> Result<(), Error> {
    let now = app.clock.now();
    let id = RefundId::restore(derive("order.refund", order.id.as_uuid()));
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    store::provider::lock(&mut tx, order.id).await?;
    if store::refund::find(&mut tx, id).await?.is_some() {
        return Ok(());
    }
    let asks = order.amount > app.providers.auto_refund_max;
    let approval = asks.then(|| derive("order.refund.approval", order.id.as_uuid()));
    let aside = order.arrived_by.ok_or_else(|| broken("giving money back", "it is not aside"))?;
    let refund = Refund {
        id,
        payment: PostingId::restore(aside),
        moved: aside,
        parts: vec![Part { leg: 0, amount: order.amount }],
        target: Target::Provider,
        requester: Requester::City,
        requested_at: now,
        reason: REASON.to_owned(),
        approval,
        sent: None,
    };
    if let Some(id) = approval {
        let asked = Asked::Refund { refund: refund.id, amount: order.amount };
        let request = Approval::new(id, asked, REASON.to_owned(), None, now);
        store::approval::insert(&mut tx, &request).await?;
    }
    store::refund::insert(&mut tx, &refund).await?;
    tx.commit().await.map_err(fault("committing"))?;
    if approval.is_none() {
        // What the ledger does not take now is carried out by the worker of refunds.
        match move_refund(app, id).await {
            Ok(Verdict::Created(_)) => {}
            other => tracing::warn!(refund.id = %id, answer = ?other.ok(), "A refund waits"),
        }
    }
    Ok(())
}

/// Whether the money of an order is aside and on its way back.
pub fn is_suspended(order: &Order) -> bool {
    order.facts.arrival == Some(arrival::SUSPENDED) && order.facts.claim.is_none()
}

/// An officer asks that money go back which waits aside: a doubted payer's, or what a refund before did not give back. A
/// second officer decides.
///
/// # Errors
/// `NotFound`, `State` when the order is not in review, `Input`, `KeyReused`.
pub async fn refund_review(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    id: ProviderOrderId,
    reason: &str,
) -> Result<Known, Error> {
    let now = app.clock.now();
    let order = store::provider::find(&mut *app.connection().await?, id).await?;
    let order = order.ok_or(Error::NotFound)?;
    // A repetition finds the refund under way. What nobody could take goes back by itself first.
    let by_itself = order.facts.arrival == Some(arrival::SUSPENDED) && !order.facts.refunds.ended;
    let arrived_by = order.arrived_by.filter(|_| order.facts.is_aside() && !by_itself);
    let arrived_by = arrived_by.ok_or(Error::State)?;
    let asked = AskRefund {
        payment: PostingId::restore(arrived_by),
        parts: Vec::new(),
        reason: reason.to_owned(),
    };
    let known = request_refund(app, staff, key, &asked).await?;
    let (mut db, decision) = (app.connection().await?, Decision::Refund);
    let reason = &known.refund.reason;
    store::provider::insert_decision(&mut db, id, decision, staff.account, reason, now).await?;
    Ok(known)
}
