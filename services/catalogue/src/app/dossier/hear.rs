//! What other services say, as far as dossiers are concerned. Each event takes effect once.

use std::collections::BTreeMap;
use std::time::Duration;

use city_auth::Principal;
use city_auth::permission::DOSSIER_PROCESS;
use city_clients::Call;
use city_contracts::accounts::{AccountEvent, FindHolders};
use city_contracts::common::Locale;
use city_contracts::event::Envelope;
use city_contracts::payments::BillEvent;
use city_events::{Handled, inbox};
use city_ids::{AccountId, DossierId, ServiceName};
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, fault};
use crate::store;

use super::clocks::calendar_of;
use super::keep::keep;

/// How long accounts may take to say who holds a permission.
const PATIENCE: Duration = Duration::from_secs(2);

/// Payments opened, collected or cancelled a bill. One of another service's bills, or an unknown one, is ignored.
///
/// # Errors
/// Unavailable when the database is away or the calendar is not there yet.
pub async fn bill(
    app: &App,
    consumer: &str,
    event: &Envelope<BillEvent>,
) -> Result<Handled, Error> {
    let source = event.body.source_ref.as_deref();
    let Some(bill_ref) = source.and_then(|source| Uuid::try_parse(source).ok()) else {
        return Ok(Handled::Ignored);
    };
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if !inbox::claim(&mut tx, consumer, event.id, now).await.map_err(fault("claiming an event"))? {
        return Ok(Handled::Before);
    }
    let Some(dossier) = store::dossier::bill::find_dossier(&mut tx, bill_ref).await? else {
        tracing::info!(bill.ref = %bill_ref, "Ignored a bill that no dossier asked for");
        tx.commit().await.map_err(fault("committing"))?;
        return Ok(Handled::Ignored);
    };
    let before = store::dossier::whole::find_for_update(&mut tx, dossier).await?;
    let Some(before) = before else { return Ok(Handled::Ignored) };
    let step = match event.kind.as_str() {
        "BillOpened" => before.clone().bill_opened(bill_ref, &event.body.bill_no, now),
        "BillPaid" => {
            let paid_at = event.body.paid_at.unwrap_or(event.at);
            let snapshot = app.snapshots.get()?;
            let calendar = calendar_of(&snapshot.registry, &before)?;
            before.clone().bill_paid(bill_ref, paid_at, Some(&calendar), now)?
        }
        "BillCancelled" => before.clone().bill_cancelled(bill_ref, now),
        _ => None,
    };
    if let Some(step) = &step {
        keep(app, &mut tx, &before, step, now).await?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(Handled::Now)
}

/// A member of staff left: what they worked on is nobody's.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn staff_disabled(
    app: &App,
    consumer: &str,
    event: &Envelope<AccountEvent>,
) -> Result<Handled, Error> {
    let assigned = {
        let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
        store::dossier::timer::list_assigned(&mut db, event.body.account).await?
    };
    let ids = assigned.into_iter().map(|(id, _, _)| id).collect();
    unassign(app, consumer, event, ids).await
}

/// Somebody's roles changed: what they may no longer work on is nobody's. Accounts says who may.
///
/// # Errors
/// Unavailable when the database or accounts is away.
pub async fn binding_changed(
    app: &App,
    consumer: &str,
    event: &Envelope<AccountEvent>,
) -> Result<Handled, Error> {
    let account = event.body.account;
    let assigned = {
        let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
        store::dossier::timer::list_assigned(&mut db, account).await?
    };
    let mut by_place: BTreeMap<(String, Option<String>), Vec<DossierId>> = BTreeMap::new();
    for (id, agency, ward) in assigned {
        by_place.entry((agency, ward)).or_default().push(id);
    }
    let mut lost = Vec::new();
    for ((agency, ward), ids) in by_place {
        if !holds(app, account, &agency, ward).await? {
            lost.extend(ids);
        }
    }
    unassign(app, consumer, event, lost).await
}

async fn holds(
    app: &App,
    account: AccountId,
    agency: &str,
    ward: Option<String>,
) -> Result<bool, Error> {
    let snapshot = app.snapshots.get()?;
    let chain = snapshot.registry.agency_chain(agency);
    let request = FindHolders {
        permission: DOSSIER_PROCESS.as_str().to_owned(),
        ward,
        agencies: chain.into_iter().map(str::to_owned).collect(),
    };
    let call = Call::new(Principal::service(ServiceName::Catalogue), Locale::Vi, PATIENCE);
    let holders = app.accounts.holders(&call, &request).await;
    Ok(holders
        .map_err(|error| Error::Away { doing: "asking who may act", source: error.into() })?
        .contains(&account))
}

async fn unassign(
    app: &App,
    consumer: &str,
    event: &Envelope<AccountEvent>,
    ids: Vec<DossierId>,
) -> Result<Handled, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if !inbox::claim(&mut tx, consumer, event.id, now).await.map_err(fault("claiming an event"))? {
        return Ok(Handled::Before);
    }
    for id in ids {
        let before = store::dossier::whole::find_for_update(&mut tx, id).await?;
        let theirs = before.filter(|dossier| dossier.assignee == Some(event.body.account));
        if let Some(before) = theirs
            && let Some(step) = before.clone().unassign(now)
        {
            keep(app, &mut tx, &before, &step, now).await?;
        }
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(Handled::Now)
}
