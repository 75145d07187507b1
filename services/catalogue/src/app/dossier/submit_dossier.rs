//! A resident sends a dossier, answers what was asked for, or takes it back.

use std::collections::BTreeSet;

use city_auth::Filer;
use city_clock::{Timestamp, hue_day};
use city_contracts::catalogue::dossier::{
    DossierInput, DossierStatus, DossierView, SubmitDossier, SubmittedDossier, SupplementDossier,
};
use city_contracts::catalogue::procedure::{CheckFinding, ComponentInput, Severity};
use city_contracts::common::Locale;
use city_contracts::problem::Finding;
use city_ids::DossierId;
use serde_json::Value;
use sqlx::PgConnection;

use super::own::{self, Asked};
use super::pinned::{self, Pinned};
use super::refused::Refused;
use super::{Collect, bill, calendar_of, keep, prefill, usable, vault, view, written};
use crate::app::App;
use crate::domain::dossier::{Dossier, DossierCode, Round};
use crate::error::{Error, broken, fault};
use crate::snapshot::Snapshot;
use crate::store;
use crate::store::dossier::component::StoredComponent;

/// Sends a draft: the same check as `check-file`, then a code, the frozen quote and the bill for fees at intake. With
/// findings the draft keeps everything. Idempotent by the request's key.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`], `DOSSIER_STATE`, `FORM_CLOSED`, `NOT_USABLE`, `INCOMPLETE` with one finding each,
/// `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.submit_dossier", skip_all)]
pub async fn submit_dossier(
    app: &App,
    who: &Filer,
    locale: Locale,
    request: &SubmitDossier,
) -> Result<SubmittedDossier, Error> {
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let phone = phone_for_tracking(app, who, request.id).await?;

    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let answer = match own::ask(app, &mut tx, who, key, "submit-dossier", request, now).await? {
        Asked::Again(first) => return Ok(first),
        Asked::New(answer) => answer,
    };
    let head = own::draft(&mut tx, who, request.id, request.version, "submit").await?;
    let pinned = Pinned::load(&mut tx, head.edition, head.form).await?;
    if !pinned.is_open(now) {
        return Err(Refused::FormClosed.into());
    }
    usable::require(app, &snapshot, &pinned, who, &request.client, head.ward.as_deref())?;
    let sheet = vault::read_sheet(app, &mut tx, head.id).await?.ok_or(Error::NotFound)?;
    let components = inputs(&store::dossier::component::list(&mut tx, head.id).await?);
    let checked = pinned.check(&snapshot, &sheet.answers, &components, head.ward.as_deref(), now);
    let (blocking, warnings) = split(checked.report.findings);
    let Some(route) = checked.route.filter(|_| blocking.is_empty()) else {
        return Err(Refused::Incomplete(pinned::findings(&blocking, locale)).into());
    };

    let quote = pinned.quote(&sheet.answers, now);
    let mut before = locked(&mut tx, head.id).await?;
    let number = store::dossier::seq::next(&mut tx, &route.receiving, hue_day(now)).await?;
    let code = DossierCode::new(&route.receiving, hue_day(now), number);
    (before.receiving, before.competent) = (route.receiving, route.competent);
    before.ward = route.receiving_ward.or(before.ward);
    let bill = bill(Some(&quote), Collect::Intake, &app.ids, now)?;
    let step = before.clone().submit(own::actor(who), code.clone(), bill, now)?;
    keep(app, &mut tx, &before, &step, now).await?;
    let mac = phone.as_deref().and_then(written::last4);
    let mac = mac.map(|digits| vault::track_mac(app, code.as_str(), digits));
    let frozen = serde_json::to_value(&quote).map_err(|error| broken("freezing a quote", error))?;
    store::dossier::draft::freeze(&mut tx, head.id, &frozen, mac.as_ref().map(|mac| &mac[..]))
        .await?;

    let dossier = view::one(app, &mut tx, who.account, head.id, None, now).await?;
    let submitted = SubmittedDossier { dossier, warnings };
    let key = vault::key_of(app, &mut tx, head.id).await?.ok_or(Error::NotFound)?;
    answer.keep(&mut tx, head.id, &key, &submitted).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(submitted)
}

/// The number whose last digits open the tracking page: as written in the draft, else the account's. Without either the
/// dossier is sent all the same, and cannot be tracked without signing in.
async fn phone_for_tracking(
    app: &App,
    who: &Filer,
    id: DossierId,
) -> Result<Option<String>, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    if store::dossier::draft::head(&mut db, id, who.account).await?.is_none() {
        return Ok(None);
    }
    let sheet = vault::read_sheet(app, &mut db, id).await?;
    drop(db); // the connection goes back before accounts is asked
    match sheet.and_then(|sheet| sheet.contact.phone) {
        Some(phone) => Ok(Some(phone)),
        None => Ok(prefill::facts(app, who.account).await.and_then(|facts| facts.phone)),
    }
}

fn inputs(stored: &[StoredComponent]) -> Vec<ComponentInput> {
    let count = |count: i16| u16::try_from(count).unwrap_or_default();
    let input = |component: &StoredComponent| ComponentInput {
        code: component.code.clone(),
        copy_type: u8::try_from(component.copy_type).unwrap_or_default(),
        originals: count(component.originals),
        copies: count(component.copies),
        rejected: component.state == "DEFECT",
    };
    stored.iter().map(input).collect()
}

fn split(findings: Vec<CheckFinding>) -> (Vec<CheckFinding>, Vec<CheckFinding>) {
    findings.into_iter().partition(|finding| finding.severity == Severity::Blocking)
}

/// Answers a round of questions: the stop ends at once. Idempotent by the request's key.
///
/// # Errors
/// `INPUT`, [`Error::NotFound`], [`Error::Stale`], `DOSSIER_STATE`, `INCOMPLETE`, `ITEMS_OPEN`, `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.supplement_dossier", skip_all)]
pub async fn supplement_dossier(
    app: &App,
    who: &Filer,
    locale: Locale,
    request: &SupplementDossier,
) -> Result<DossierView, Error> {
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let answer = match own::ask(app, &mut tx, who, key, "supplement-dossier", request, now).await? {
        Asked::Again(first) => return Ok(first),
        Asked::New(answer) => answer,
    };
    let mut findings = Vec::new();
    let answers = request.answers.as_ref();
    let answers = answers.and_then(|raw| written::answers(raw, "/answers", &mut findings));
    let note = written::text(request.note.as_deref(), 1_000, "/note", &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let head = own::head(&mut tx, who, request.id, request.version).await?;
    own::require(&head, &[DossierStatus::SupplementRequired], "supplement")?;
    let pinned = Pinned::load(&mut tx, head.edition, head.form).await?;
    let key = vault::key_of(app, &mut tx, head.id).await?.ok_or(Error::NotFound)?;
    let mut sheet = vault::read_sheet(app, &mut tx, head.id).await?.ok_or(Error::NotFound)?;
    let stored = store::dossier::component::list(&mut tx, head.id).await?;
    if let Some(answers) = &answers {
        fits(&pinned, &snapshot, answers, head.ward.as_deref(), locale, now)?;
        sheet.answers.clone_from(answers);
    }
    sheet.notes.extend(note);

    let before = locked(&mut tx, head.id).await?;
    let answered = match before.open_round() {
        Some(round) => answered(round, &stored, answers.as_ref()),
        None => BTreeSet::new(),
    };
    let calendar = calendar_of(&snapshot.registry, &before)?;
    let step = before.clone().supplement(own::actor(who), &answered, &calendar, now)?;
    store::dossier::sealed::replace(&mut tx, head.id, &key.seal_sheet(&sheet)).await?;
    keep(app, &mut tx, &before, &step, now).await?;
    let view = view::one(app, &mut tx, who.account, head.id, None, now).await?;
    answer.keep(&mut tx, head.id, &key, &view).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(view)
}

/// Refuses answers that the form does not take; papers are looked at by the officer who asked for them.
fn fits(
    pinned: &Pinned,
    snapshot: &Snapshot,
    answers: &Value,
    ward: Option<&str>,
    locale: Locale,
    now: Timestamp,
) -> Result<(), Error> {
    let (blocking, _) = split(pinned.check(snapshot, answers, &[], ward, now).report.findings);
    let wrong: Vec<CheckFinding> =
        blocking.into_iter().filter(|found| found.target.starts_with("/answers")).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let wrong: Vec<Finding> = pinned::findings(&wrong, locale);
    Err(Refused::Incomplete(wrong).into())
}

/// What of a round is answered: a component that was attached since, an answer that was sent again.
fn answered(
    round: &Round,
    stored: &[StoredComponent],
    answers: Option<&Value>,
) -> BTreeSet<String> {
    let done = |target: &str| {
        if target.starts_with('/') {
            answers.is_some_and(|answers| answers.pointer(target).is_some())
        } else {
            stored.iter().any(|there| there.code == target && there.changed_at > round.asked_at)
        }
    };
    let targets = round.items.iter().map(|item| &item.target);
    targets.filter(|target| done(target)).cloned().collect()
}

/// Takes a dossier back while it is not decided. Idempotent by the request's key.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`], `DOSSIER_STATE`, `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.withdraw_dossier", skip_all)]
pub async fn withdraw_dossier(
    app: &App,
    who: &Filer,
    request: &DossierInput,
) -> Result<DossierView, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let answer = match own::ask(app, &mut tx, who, key, "withdraw-dossier", request, now).await? {
        Asked::Again(first) => return Ok(first),
        Asked::New(answer) => answer,
    };
    let head = own::head(&mut tx, who, request.id, request.version).await?;
    let before = locked(&mut tx, head.id).await?;
    let step = before.clone().withdraw(own::actor(who), None, now)?;
    keep(app, &mut tx, &before, &step, now).await?;
    let view = answer.keep_dossier(app, &mut tx, who, head.id, now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(view)
}

/// The dossier with all that its rules look at; its row is locked already.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn locked(db: &mut PgConnection, id: DossierId) -> Result<Dossier, Error> {
    store::dossier::whole::find_for_update(db, id).await?.ok_or(Error::NotFound)
}
