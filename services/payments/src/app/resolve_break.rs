//! Officers resolve a break: one closes it with a reason, two move its money.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use city_contracts::payments::ReconciliationClass as Class;
use city_contracts::problem::Finding;
use city_events::idempotency::{Claim as Key, claim};
use city_ids::ReconciliationBreakId;
use city_receipt::sha256;
use sqlx::PgConnection;

use super::App;
use super::ask_approval::{Begun, begin};
use crate::domain::approval::{Approval, Asked, Remedy};
use crate::domain::ledger::{
    Claim, Class as Account, CommandRefusal, Leg, Posting, Purpose, Verdict,
};
use crate::domain::reconciliation::number_claim;
use crate::domain::{chart, input};
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::provider::name;
use crate::store::reconciliation::Break;

/// What an officer's key is claimed for.
const OPERATION: &str = "resolveBreak";
/// How the claim on a break ends it.
const REMEDIED: i16 = 1;

/// What an officer did about a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// It is closed, without money.
    Closed(Break),
    /// A second officer is asked to move money.
    Asked(Approval),
}

/// Closes a break with a reason, or asks a second officer to move what it is about. Idempotent by the officer's key.
///
/// # Errors
/// `NotFound`, `State` of a break that is closed, about no money, or whose money is being moved, `Input`, `KeyReused`.
#[tracing::instrument(name = "payments.resolve_break", skip_all, fields(break_.id = %id))]
pub async fn resolve_break(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    id: ReconciliationBreakId,
    reason: &str,
    remedy: Option<Remedy>,
) -> Result<Resolved, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    match remedy {
        None => close(app, staff, key, id, &reason).await.map(Resolved::Closed),
        Some(to) => ask(app, staff, key, id, reason, to).await.map(Resolved::Asked),
    }
}

async fn close(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    id: ReconciliationBreakId,
    reason: &str,
) -> Result<Break, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let request = (id, reason, None::<&str>);
    if let Key::New(key) =
        claim::<()>(&mut tx, staff.account, key, OPERATION, &request, now).await?
    {
        key.record(&mut tx, &()).await?;
        store::reconciliation::find_break(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let by = Some((staff.account, reason));
        if !store::reconciliation::close(&mut tx, id, by, now).await? {
            return Err(Error::State);
        }
    }
    let found = store::reconciliation::find_break(&mut tx, id).await?;
    tx.commit().await.map_err(fault("committing"))?;
    found.ok_or_else(|| broken("closing a break", "it is gone"))
}

async fn ask(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    id: ReconciliationBreakId,
    reason: String,
    to: Remedy,
) -> Result<Approval, Error> {
    let request = (id, &reason, Some(to.name()));
    let mut asking = match begin(app, staff, key, OPERATION, &request).await? {
        Begun::New(asking) => asking,
        Begun::Known(approval) => return Ok(approval),
    };
    let found = store::reconciliation::find_break(&mut asking.tx, id).await?;
    let found = found.ok_or(Error::NotFound)?;
    if found.closed.is_some() || !found.has_money() {
        return Err(Error::State);
    }
    if to == Remedy::Suspense && !names_payment(&mut asking.tx, &found).await? {
        let message = "no payment is known by its number: wait for the statement that has it";
        return Err(Error::Input(vec![Finding::new("/remedy", "NO_PAYMENT", message)]));
    }
    let asked = Asked::Reconciliation { of: id, amount: found.amount, to };
    asking.finish(staff, asked, reason).await
}

/// Moves what a break is about, as a second officer approved, and closes it; not when it was closed since that was asked, or is
/// about another amount. Idempotent by an id that follows from the request.
///
/// From the officer's yes until its outcome is kept, nobody else closes the break: what is open here stays open until its money
/// has moved.
///
/// # Errors
/// When the ledger or the database is away; it is tried again.
pub(super) async fn remedy_break(
    app: &App,
    approval: &Approval,
    (id, amount, to): (ReconciliationBreakId, i64, Remedy),
) -> Result<Verdict, Error> {
    let mut claims = vec![Claim { subject: id.as_uuid(), outcome: REMEDIED }];
    let (dr, cr) = {
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        store::reconciliation::lock_break(&mut tx, id).await?; // whoever closes it just now comes first
        let found = store::reconciliation::find_break(&mut tx, id).await?;
        let found = found.ok_or(Error::NotFound)?;
        let fits = to != Remedy::Suspense || names_payment(&mut tx, &found).await?;
        if (found.closed.is_some() || found.amount != amount || !fits)
            && store::payment::find_known(&mut tx, approval.act()).await?.is_none()
        {
            return Ok(Verdict::CommandRefused(CommandRefusal::FlagsChanged)); // the request ends STALE
        }
        let clearing = chart::clearing(found.provider);
        let clearing = store::ledger::open(&mut tx, clearing, Account::Clearing, None).await?;
        let accounts = match to {
            Remedy::Suspense => {
                if !is_rest(&mut tx, &found).await? {
                    claims.push(number_claim(name(found.provider), &found.key));
                }
                let ext = chart::SUSPENSE;
                (clearing, store::ledger::open(&mut tx, ext, Account::Suspense, None).await?)
            }
            Remedy::WriteOff => {
                let ext = chart::FEE_COST;
                (store::ledger::open(&mut tx, ext, Account::FeeCost, None).await?, clearing)
            }
        };
        tx.commit().await.map_err(fault("committing"))?;
        accounts
    };
    let reference = Some(id.as_uuid());
    let leg = Leg { reference, ..Leg::post(dr, cr, amount, Purpose::Reconciliation) };
    let hash = sha256(&[b"recon.remedy", approval.id.as_bytes()]);
    let posting = Posting { claims, ..Posting::new(approval.act(), hash, vec![leg]) };
    let verdict = app.ledger.post(posting).await?;
    if let (Verdict::Created(_), Some(officer)) = (&verdict, approval.requested_by) {
        let now = app.clock.now();
        let mut db = app.connection().await?;
        let by = (officer, approval.reason.as_str());
        store::reconciliation::close_remedied(&mut db, id, by, now).await?;
    }
    Ok(verdict)
}

/// Whether a break names a payment that the provider has, by its number: only its money can be put aside.
async fn names_payment(db: &mut PgConnection, found: &Break) -> Result<bool, Error> {
    if !matches!(
        found.class,
        Class::MissingHere | Class::AmountDiffers | Class::Duplicate | Class::Fee
    ) {
        return Ok(false);
    }
    let Some(order) = found.order else { return Ok(true) };
    let order = store::provider::find(db, order).await?;
    Ok(order.is_some_and(|order| order.our_ref != found.key))
}

/// Whether a break is about money beside the payment of its number: what differs from the order that the payment went to, or what
/// a statement lists once more. There is one break of each, so its own claim keeps it single.
async fn is_rest(db: &mut PgConnection, found: &Break) -> Result<bool, Error> {
    let order = match (found.class, found.order) {
        (Class::Duplicate, order) => return Ok(order.is_none()),
        (_, None) => return Ok(false),
        (_, Some(order)) => order,
    };
    let proof = store::reconciliation::proof_of(db, order).await?;
    Ok(proof.is_some_and(|(number, ..)| number == found.key))
}
