//! Where witnesses disagree, officers look; moving money takes two of them.

use chrono::Days;
use city_auth::Staff;
use city_clock::hue_day;
use city_contracts::common::{Edge, Page, PageArgs};
use city_contracts::key::IdempotencyKey;
use city_ids::ReconciliationBreakId;
use city_receipt::sha256;
use uuid::Uuid;

use super::judge_line::open_break;
use super::{App, cursor};
use crate::domain::approval::{Approval, Asked, Remedy};
use crate::domain::ledger::{Claim, Class, Leg, Posting, Purpose, Verdict};
use crate::domain::{chart, input, working_days};
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::reconciliation::Break;
use city_events::idempotency;

/// The most entries of a page.
const MOST: u32 = 100;
/// How the claim on a break ends it.
const REMEDIED: i16 = 1;
/// Working days that a payment may be missing in statements.
const MISSING: i32 = 2;
/// Days back that are looked at.
const FAR: Days = Days::new(60);

/// What an officer did about a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// It is closed, without money.
    Closed(Break),
    /// A second officer is asked to move money.
    Asked(Approval),
}

/// A page of breaks, what is due first first.
///
/// # Errors
/// `Input`.
pub async fn list_breaks(app: &App, all: bool, args: &PageArgs) -> Result<Page<Break>, Error> {
    let mut findings = Vec::new();
    let (first, after) = cursor::page(args, MOST, cursor::parse, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let mut db = app.connection().await?;
    let found = store::reconciliation::list_breaks(&mut db, all, after, limit).await?;
    let has_next_page = found.len() > first;
    let edges = found.into_iter().take(first);
    let edges =
        edges.map(|node| Edge { cursor: cursor::print(node.due_at, node.id.as_uuid()), node });
    Ok(Page { edges: edges.collect(), has_next_page })
}

/// Closes a break with a reason, or asks a second officer to move what it is about. Idempotent by the officer's key.
///
/// # Errors
/// `NotFound`, `State` of a closed break or one about no money, `Input`, `KeyReused`.
#[tracing::instrument(name = "payments.resolve_break", skip_all, fields(break_.id = %id))]
pub async fn resolve_break(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    id: ReconciliationBreakId,
    reason: &str,
    remedy: Option<Remedy>,
) -> Result<Resolved, Error> {
    let now = app.clock.now();
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let request = (id, &reason, remedy.map(Remedy::name));
    let recorder =
        match idempotency::claim(&mut tx, staff.account, key, "resolveBreak", &request, now).await?
        {
            idempotency::Claim::New(recorder) => recorder,
            idempotency::Claim::Replay(asked) => {
                let asked: Option<String> = asked;
                return match asked {
                    None => closed(store::reconciliation::find_break(&mut tx, id).await?),
                    Some(asked) => {
                        let asked = Uuid::try_parse(&asked);
                        let asked = asked.map_err(|error| broken("reading a request", error))?;
                        let found = store::approval::find(&mut tx, asked).await?;
                        let found =
                            found.ok_or_else(|| broken("reading a request", "it is gone"))?;
                        Ok(Resolved::Asked(found))
                    }
                };
            }
        };
    let found = store::reconciliation::find_break(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if found.closed.is_some() {
        return Err(Error::State);
    }
    let resolved = match remedy {
        None => {
            if !store::reconciliation::close(&mut tx, id, staff.account, &reason, now).await? {
                return Err(Error::State);
            }
            recorder.record(&mut tx, &None::<String>).await?;
            closed(store::reconciliation::find_break(&mut tx, id).await?)?
        }
        Some(_) if found.amount == 0 => return Err(Error::State),
        Some(to) => {
            let approval = Approval {
                id: app.ids.uuid(now),
                asked: Asked::Reconciliation { of: id, amount: found.amount, to },
                reason,
                requested_by: Some(staff.account),
                requested_at: now,
                decided: None,
                outcome: None,
            };
            store::approval::insert(&mut tx, &approval).await?;
            recorder.record(&mut tx, &Some(approval.id.to_string())).await?;
            Resolved::Asked(approval)
        }
    };
    tx.commit().await.map_err(fault("committing"))?;
    Ok(resolved)
}

fn closed(found: Option<Break>) -> Result<Resolved, Error> {
    found.map(Resolved::Closed).ok_or(Error::NotFound)
}

/// Moves what a break is about, as a second officer approved, and closes it. Idempotent by an id that follows from the
/// request.
///
/// # Errors
/// When the ledger or the database is away; it is tried again.
pub(super) async fn remedy_break(
    app: &App,
    approval: &Approval,
    (id, amount, to): (ReconciliationBreakId, i64, Remedy),
) -> Result<Verdict, Error> {
    let (dr, cr) = {
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        let found = store::reconciliation::find_break(&mut tx, id).await?;
        let found = found.ok_or(Error::NotFound)?;
        let clearing = chart::clearing(found.provider);
        let clearing = store::ledger::open(&mut tx, clearing, Class::Clearing, None).await?;
        let accounts = match to {
            Remedy::Suspense => {
                let ext = chart::SUSPENSE;
                (clearing, store::ledger::open(&mut tx, ext, Class::Suspense, None).await?)
            }
            Remedy::WriteOff => {
                let ext = chart::FEE_COST;
                (store::ledger::open(&mut tx, ext, Class::FeeCost, None).await?, clearing)
            }
        };
        tx.commit().await.map_err(fault("committing"))?;
        accounts
    };
    let reference = Some(id.as_uuid());
    let leg = Leg { reference, ..Leg::post(dr, cr, amount, Purpose::Reconciliation) };
    let hash = sha256(&[b"recon.remedy", approval.id.as_bytes()]);
    let claims = vec![Claim { subject: id.as_uuid(), outcome: REMEDIED }];
    let posting = Posting { claims, ..Posting::new(approval.act(), hash, vec![leg]) };
    let verdict = app.ledger.post(posting).await?;
    if let (Verdict::Created(_), Some(officer)) = (&verdict, approval.requested_by) {
        let now = app.clock.now();
        let mut db = app.connection().await?;
        store::reconciliation::close(&mut db, id, officer, &approval.reason, now).await?;
    }
    Ok(verdict)
}

/// Opens what statements lack for two working days and what providers' messages disagree about, and alarms about breaks that
/// are late; whether there was anything.
///
/// # Errors
/// When the database is away.
pub async fn watch_breaks(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let today = hue_day(now);
    let upto = working_days::younger_than(today, MISSING).pred_opt().unwrap_or(today);
    let from = today.checked_sub_days(FAR).unwrap_or(today);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let mut any = false;
    for (provider, txn_no, order, amount) in
        store::reconciliation::missing_there(&mut tx, from, upto).await?
    {
        let class = city_contracts::payments::ReconciliationClass::MissingThere;
        let about = (class, provider, txn_no, Some(order), amount);
        any |= open_break(app, &mut tx, about, None, now).await?;
    }
    for (class, provider, our_ref, order, amount) in
        store::reconciliation::said_otherwise(&mut tx).await?
    {
        let about = (class, provider, our_ref, Some(order), amount);
        any |= open_break(app, &mut tx, about, None, now).await?;
    }
    for late in store::reconciliation::alarm_late(&mut tx, now).await? {
        tracing::error!(break_.id = %late, "A difference with a provider is late");
        any = true;
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(any)
}
