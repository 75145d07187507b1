//! Staff move a dossier on: each action is a checked transition.

use std::collections::{BTreeMap, BTreeSet};

use city_auth::Staff;
use city_auth::permission::DOSSIER_LEAD;
use city_calendar::Calendar;
use city_clock::Timestamp;
use city_contracts::catalogue::dossier_event::DossierFeeLine;
use city_contracts::key::IdempotencyKey;
use city_ids::DossierId;
use city_money::Vnd;
use serde::Serialize;
use sqlx::PgConnection;

use crate::app::App;
use crate::domain::dossier::{Actor, Dossier, Status, Step, Supply};
use crate::error::{Error, fault};
use crate::snapshot::{Registry, Snapshot};
use crate::store;
use city_events::idempotency::{Claim, claim};

use super::clocks::{calendar_of, term};
use super::fees::{self, Collect};
use super::keep::keep;
use super::scope::may;
use super::staff_action::{NewResult, StaffAction};
use super::staff_view::DossierActionDone;

/// A command of staff about the version of a dossier they looked at.
#[derive(Debug)]
pub struct StaffCommand<'a, R> {
    pub key: &'a IdempotencyKey,
    pub id: DossierId,
    pub version: i32,
    pub action: StaffAction,
    /// As it was sent, for recognising a replay.
    pub request: &'a R,
}

/// Acts on a dossier. Idempotent by the command's key.
///
/// # Errors
/// `NOT_FOUND`, `SCOPE`, `STALE`, `DOSSIER_STATE`, and what the transition refuses.
#[tracing::instrument(name = "catalogue.dossier.act", skip_all, fields(dossier.action = command.action.name()))]
pub async fn act<R: Serialize + Sync>(
    app: &App,
    who: &Staff,
    command: StaffCommand<'_, R>,
) -> Result<DossierActionDone, Error> {
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let operation = format!("dossier:{}:{}", command.action.name(), command.id);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder =
        match claim(&mut tx, who.account, command.key, &operation, command.request, now).await? {
            Claim::Replay(first) => return Ok(first),
            Claim::New(recorder) => recorder,
        };
    let before = store::dossier::whole::find_for_update(&mut tx, command.id)
        .await?
        .filter(|dossier| dossier.status != Status::Draft)
        .ok_or(Error::NotFound)?;
    require(who, &snapshot.registry, &before, &command.action, now)?;
    if before.version != command.version {
        return Err(Error::Stale { current: before.version });
    }
    let deciding = Deciding { app, snapshot: &snapshot, who, now };
    let step = deciding.decide(&mut tx, before.clone(), &command.action).await?;
    if let StaffAction::Finish { results, .. } = &command.action {
        attach_results(&mut tx, before.id, results).await?;
    }
    let after = keep(app, &mut tx, &before, &step, now).await?;
    let done = DossierActionDone::of(&after);
    recorder.record(&mut tx, &done).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(done)
}

/// Refuses whoever holds no live grant for it at the right agency.
fn require(
    who: &Staff,
    registry: &Registry,
    dossier: &Dossier,
    action: &StaffAction,
    now: Timestamp,
) -> Result<(), Error> {
    let (permission, agency) = action.needs(dossier, who.account);
    if may(who, permission, registry, agency, dossier.ward.as_deref(), now) {
        Ok(())
    } else {
        Err(Error::Scope(permission))
    }
}

async fn attach_results(
    db: &mut PgConnection,
    dossier: DossierId,
    results: &[NewResult],
) -> Result<(), Error> {
    for (index, result) in results.iter().enumerate() {
        let signer = result.signed_by.as_deref();
        if !store::dossier::result::insert(db, dossier, result.file, signer, result.valid_to)
            .await?
        {
            return Err(Error::invalid(
                format!("/results/{index}/file"),
                "FILE_UNKNOWN",
                "no result of this dossier was uploaded under this id",
            ));
        }
    }
    Ok(())
}

struct Deciding<'a> {
    app: &'a App,
    snapshot: &'a Snapshot,
    who: &'a Staff,
    now: Timestamp,
}

impl Deciding<'_> {
    /// The move itself: pure, with what it looks at read first.
    async fn decide(
        &self,
        db: &mut PgConnection,
        dossier: Dossier,
        action: &StaffAction,
    ) -> Result<Step, Error> {
        let (by, at) = (Actor::Staff(self.who.account), self.now);
        let calendar = calendar_of(&self.snapshot.registry, &dossier)?;
        Ok(match action {
            StaffAction::Accept => return self.accept(db, dossier, by, &calendar).await,
            StaffAction::Refuse { reasons } => dossier.refuse(by, reasons, at)?,
            StaffAction::Start => {
                let officer = self.who.account;
                dossier.start(by, officer, at)?
            }
            StaffAction::Assign { assignee } => dossier.assign(by, *assignee, at)?,
            StaffAction::Ask { items, deadline } => {
                let quote = store::dossier::quote::find(db, dossier.id).await?;
                let bill = fees::bill(quote.as_ref(), Collect::Supplement, &self.app.ids, at)?;
                let changes = store::dossier::quote::component_changes(db, dossier.id).await?;
                let changes: BTreeMap<_, _> = changes.into_iter().collect();
                let lead = self.leads(&dossier);
                let (by, deadline) = (self.who.account, *deadline);
                let component_changes = &changes;
                let supply = Supply { by, lead, items, deadline, component_changes, bill };
                dossier.ask(supply, &calendar, at)?
            }
            StaffAction::Supplement { targets } => {
                let answered: BTreeSet<_> = targets.iter().cloned().collect();
                dossier.supplement(by, &answered, &calendar, at)?
            }
            StaffAction::DropRound { note } => {
                dossier.drop_round(by, note.as_ref(), &calendar, at)?
            }
            StaffAction::AskPayment { amount, basis } => {
                let line = DossierFeeLine {
                    code: "duty".to_owned(),
                    name: "Nghĩa vụ tài chính".to_owned(),
                    amount: Vnd::new(*amount),
                };
                let bill = fees::new_bill(&[line], &self.app.ids, at)?.ok_or_else(|| {
                    Error::invalid("/amount", "OUT_OF_RANGE", "more than zero dong")
                })?;
                dossier.ask_payment(by, bill, basis, &calendar, at)?
            }
            StaffAction::Paid { note } => dossier.waive(by, note, &calendar, at)?,
            StaffAction::Stop { reason, resumable } => {
                dossier.stop(by, reason, *resumable, &calendar, at)?
            }
            StaffAction::Resume { note } => dossier.resume(by, note.as_ref(), &calendar, at)?,
            StaffAction::Close { reason } => dossier.close(by, reason, at)?,
            StaffAction::Finish { refused_for, .. } => {
                let quote = store::dossier::quote::find(db, dossier.id).await?;
                let bill = fees::bill(quote.as_ref(), Collect::Result, &self.app.ids, at)?;
                dossier.finish(by, refused_for.as_ref(), bill, at)?
            }
            StaffAction::HandOver => dossier.hand_over(by, at)?,
            StaffAction::Withdraw { note } => {
                dossier.withdraw(by, note.as_ref().map(crate::domain::dossier::Note::as_str), at)?
            }
            StaffAction::Apologise { promised_on, note } => {
                dossier.apologise(by, *promised_on, note, at)?
            }
            StaffAction::Transfer { to, note } => {
                return self.transfer(db, dossier, by, to, note.as_ref()).await;
            }
            StaffAction::Receive => dossier.receive(by, at)?,
            StaffAction::Return { note } => dossier.send_back(by, note, at)?,
            StaffAction::ClearRefund { note } => dossier.clear_refund(by, note, at)?,
        })
    }

    async fn accept(
        &self,
        db: &mut PgConnection,
        dossier: Dossier,
        by: Actor,
        calendar: &Calendar,
    ) -> Result<Step, Error> {
        let sla = store::dossier::quote::sla(db, dossier.id).await?;
        let term = term(&sla, dossier.channel, calendar);
        Ok(dossier.accept(by, term, calendar, self.now)?)
    }

    async fn transfer(
        &self,
        db: &mut PgConnection,
        dossier: Dossier,
        by: Actor,
        to: &str,
        note: Option<&crate::domain::dossier::Note>,
    ) -> Result<Step, Error> {
        let known = self.snapshot.registry.agency(to).filter(|agency| agency.active);
        if known.is_none() || dossier.competent == to {
            return Err(Error::invalid("/agency", "AGENCY_UNKNOWN", "another agency, by its code"));
        }
        let manifest = store::dossier::quote::manifest(db, dossier.id).await?;
        let id = self.app.ids.uuid(self.now);
        Ok(dossier.transfer_to(by, id, to, manifest, note, self.now)?)
    }

    fn leads(&self, dossier: &Dossier) -> bool {
        let registry = &self.snapshot.registry;
        let ward = dossier.ward.as_deref();
        may(self.who, DOSSIER_LEAD, registry, &dossier.competent, ward, self.now)
    }
}
