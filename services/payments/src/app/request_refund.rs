//! An officer asks that money go back to a payer; a second officer decides.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use city_contracts::problem::Finding;
use city_ids::PostingId;
use city_money::Vnd;
use sqlx::PgConnection;
use uuid::Uuid;

use super::App;
use super::ask_approval::{Begun, begin};
use crate::domain::approval::{Approval, Asked};
use crate::domain::input;
use crate::domain::refund::{Moved, Part, Refund, Requester, Target};
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::refund::Known;

/// What is asked to go back.
#[derive(Debug, Clone)]
pub struct AskRefund {
    /// Of which payment.
    pub payment: PostingId,
    /// How much of which legs; none for all of them, in full.
    pub parts: Vec<(i16, Vnd)>,
    /// Why, 10 to 500 characters.
    pub reason: String,
}

/// Asks a second officer that money go back. Idempotent by the officer's key; nothing moves before the approval, and then
/// the ledger says whether so much can still go back.
///
/// # Errors
/// `NotFound` of the payment, `State` when no money of it can go back, `Input`, `KeyReused`.
#[tracing::instrument(name = "payments.request_refund", skip_all, fields(payment.id = %asked.payment))]
pub async fn request_refund(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    asked: &AskRefund,
) -> Result<Known, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(&asked.reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let request = (asked.payment, &asked.parts, &reason);
    let mut asking = match begin(app, staff, key, "askRefund", &request).await? {
        Begun::New(asking) => asking,
        Begun::Known(Approval { asked: Asked::Refund { refund, .. }, .. }) => {
            return written(store::refund::find(&mut *app.connection().await?, refund).await?);
        }
        Begun::Known(other) => return Err(broken("reading a refund", other.asked.kind().name())),
    };
    let (moved, parts, target) = refundable(&mut asking.tx, asked).await?;
    let refund = Refund {
        id: app.ids.next(asking.now),
        payment: asked.payment,
        moved,
        parts,
        target,
        requester: Requester::Officer(staff.account),
        requested_at: asking.now,
        reason: reason.clone(),
        approval: Some(asking.id),
        sent: None,
    };
    let about = Asked::Refund { refund: refund.id, amount: refund.amount() };
    let (mut tx, _) = asking.write(staff, about, reason).await?;
    store::refund::insert(&mut tx, &refund).await?;
    let known = store::refund::find(&mut tx, refund.id).await?;
    tx.commit().await.map_err(fault("committing"))?;
    written(known)
}

fn written(found: Option<Known>) -> Result<Known, Error> {
    found.ok_or_else(|| broken("reading a refund", "it is gone"))
}

/// What of a payment is to go back, and where: the posting that moved it, the parts of its legs.
///
/// # Errors
/// `NotFound` of the payment, `State` when nothing of it can go back, `Input`.
pub(super) async fn refundable(
    db: &mut PgConnection,
    asked: &AskRefund,
) -> Result<(Uuid, Vec<Part>, Target), Error> {
    let legs = store::refund::moved(db, asked.payment).await?;
    let posting = legs.first().ok_or(Error::NotFound)?.posting;
    let open: Vec<(&Moved, Target)> =
        legs.iter().filter_map(|leg| Some((leg, leg.target()?))).collect();
    let Some((_, target)) = open.first() else { return Err(Error::State) };
    let target = *target;
    let mut findings = Vec::new();
    let mut parts: Vec<Part> = Vec::new();
    for (place, (leg, amount)) in asked.parts.iter().enumerate() {
        let found = open.iter().find(|(moved, _)| moved.leg == *leg);
        let mut refuse = |member: &str, code: &'static str, message: &'static str| {
            findings.push(Finding::new(format!("/legs/{place}/{member}"), code, message));
        };
        match found {
            None => refuse("leg", "UNKNOWN", "money of this leg cannot go back"),
            Some((moved, _)) if !(1..=moved.amount).contains(&amount.dong()) => {
                refuse("amount", "OUT_OF_RANGE", "at least 1 dong, at most what the leg moved");
            }
            Some(_) if parts.iter().any(|part| part.leg == *leg) => {
                refuse("leg", "TWICE", "name a leg once");
            }
            Some(_) => parts.push(Part { leg: *leg, amount: amount.dong() }),
        }
    }
    if asked.parts.is_empty() {
        parts = open.iter().map(|(leg, _)| Part { leg: leg.leg, amount: leg.amount }).collect();
    }
    if findings.is_empty() && target == Target::Provider && parts.len() > 1 {
        let message = "a provider pays one leg back at a time";
        findings.push(Finding::new("/legs", "TOO_MANY", message));
    }
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    // A provider pays back by the number of its own payment, which money that nobody here waited for has not.
    if target == Target::Provider && store::provider::find_moved_by(db, posting).await?.is_none() {
        return Err(Error::State);
    }
    Ok((posting, parts, target))
}
