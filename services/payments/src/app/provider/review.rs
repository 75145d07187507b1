//! Money that waits aside, of payers whom a provider doubts or of which a statement alone tells: an officer looks, and credits
//! or gives back.

use city_auth::Staff;
use city_contracts::common::{Edge, Page, PageArgs};
use city_ids::ProviderOrderId;

use super::super::{App, cursor};
use super::settle::{Credit, release};
use crate::domain::input;
use crate::domain::provider::arrival;
use crate::error::{Error, broken};
use crate::store;
use crate::store::provider::{Aside, Decision, Order};
use crate::store::reconciliation::Witness;

/// The most entries of a page.
const MOST: u32 = 100;

/// Orders that wait for an officer, oldest first: each in review, whyever.
///
/// # Errors
/// `Input` for a wrong page.
pub async fn list_reviews(app: &App, args: &PageArgs) -> Result<Page<Aside>, Error> {
    let mut findings = Vec::new();
    let (first, after) = cursor::page(args, MOST, cursor::parse, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let (wanted, mut from) = (first + 1, after);
    let limit = i64::try_from(wanted).unwrap_or(1);
    let mut db = app.connection().await?;
    let mut found: Vec<Aside> = Vec::new();
    loop {
        let some = store::provider::list_aside(&mut db, from, limit).await?;
        let all = some.len() < wanted;
        from = some.last().map(|last| (last.order.created_at, last.order.id.as_uuid()));
        // Those whose refund is on its way wait for nobody here.
        found.extend(some.into_iter().filter(|it| it.order.facts.waits_because().is_some()));
        if all || found.len() >= wanted {
            break;
        }
    }
    drop(db);
    let has_next_page = found.len() > first;
    let edges = found.into_iter().take(first).map(|node| {
        let cursor = cursor::print(node.order.created_at, node.order.id.as_uuid());
        Edge { cursor, node }
    });
    Ok(Page { edges: edges.collect(), has_next_page })
}

/// The money goes where it was meant for. Idempotent: the ledger does it once, or the refund came first. Of money of which a
/// statement alone tells, who took the statement in is not the one to credit.
///
/// # Errors
/// `NotFound`, `Input`, `State` when the order is not in review, `TwoPersons`, `ReauthRequired`, `Refused` when whom it was
/// meant for cannot take it.
pub async fn credit_review(
    app: &App,
    staff: &Staff,
    id: ProviderOrderId,
    reason: &str,
) -> Result<Order, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let order = store::provider::find(&mut db, id).await?.ok_or(Error::NotFound)?;
    if order.facts.is_credited() {
        return Ok(order);
    }
    // Money of which a refund was begun is never credited, also when that refund failed.
    if order.facts.arrival != Some(arrival::DOUBTED) || order.facts.claim.is_some() {
        return Err(Error::State);
    }
    match store::reconciliation::witness_of(&mut db, id).await? {
        Some(Witness::Statement(Some(officer))) if officer == staff.account => {
            return Err(Error::TwoPersons);
        }
        Some(Witness::Statement(Some(_))) if !staff.principal.is_recent(now) => {
            return Err(Error::ReauthRequired);
        }
        Some(Witness::Provider | Witness::Statement(Some(_))) => {}
        Some(Witness::Statement(None)) | None => return Err(Error::State),
    }
    let decision = Decision::Credit;
    store::provider::insert_decision(&mut db, id, decision, staff.account, &reason, now).await?;
    drop(db);
    match release(app, &order, now).await? {
        Credit::Done => {}
        Credit::EndedOtherwise => return Err(Error::State),
        Credit::Refused(code) => {
            return Err(Error::Refused { code, details: serde_json::Value::Null });
        }
        Credit::Aside | Credit::Elsewhere => {
            return Err(broken("crediting a review", "its money is elsewhere"));
        }
    }
    let order = store::provider::find(&mut *app.connection().await?, id).await?;
    order.ok_or_else(|| broken("crediting a review", "its order is gone"))
}
