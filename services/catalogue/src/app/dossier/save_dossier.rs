//! A resident goes on writing a draft, moves it to another form, or throws it away.

use chrono::TimeDelta;
use city_auth::Filer;
use city_contracts::catalogue::dossier::{
    DiscardedDossier, DossierInput, DossierView, MovedDraft, SaveDossier,
};

use super::create_dossier::applicant_code;
use super::own::{self, Asked};
use super::pinned::Pinned;
use super::vault;
use super::{view, written};
use crate::app::App;
use crate::error::{Error, fault};
use crate::store;
use city_events::idempotency::{Claim, claim};

/// Replaces what is written so far; it need not be complete. Idempotent by the request's key.
///
/// # Errors
/// `INPUT`, [`Error::NotFound`], [`Error::Stale`], `DOSSIER_STATE`, `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.save_dossier", skip_all)]
pub async fn save_dossier(
    app: &App,
    who: &Filer,
    request: &SaveDossier,
) -> Result<DossierView, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let answer = match own::ask(app, &mut tx, who, key, "save-dossier", request, now).await? {
        Asked::Again(first) => return Ok(first),
        Asked::New(answer) => answer,
    };
    let mut findings = Vec::new();
    let answers = written::answers(&request.answers, "/answers", &mut findings);
    let contact = request.contact.as_ref().map(|raw| written::contact(raw, &mut findings));
    let Some(answers) = answers.filter(|_| findings.is_empty()) else {
        return Err(Error::Input(findings));
    };
    let head = own::draft(&mut tx, who, request.id, request.version, "save").await?;
    let key = vault::key_of(app, &mut tx, head.id).await?.ok_or(Error::NotFound)?;
    let mut sheet = vault::read_sheet(app, &mut tx, head.id).await?.ok_or(Error::NotFound)?;
    sheet.answers = answers;
    if let Some(contact) = contact {
        sheet.contact = contact;
    }
    store::dossier::sealed::replace(&mut tx, head.id, &key.seal_sheet(&sheet)).await?;
    let applicant = request.applicant_type.map_or(head.applicant_type, applicant_code);
    store::dossier::draft::touch(&mut tx, head.id, applicant, now).await?;
    let view = view::one(app, &mut tx, who.account, head.id, None, now).await?;
    answer.keep(&mut tx, head.id, &key, &view).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(view)
}

/// Moves a draft to the live edition and its form, with each answer that still fits. Idempotent by the request's key.
///
/// # Errors
/// [`Error::NotFound`], also when the procedure is no longer offered, [`Error::Stale`], `DOSSIER_STATE`, `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.move_draft", skip_all)]
pub async fn move_draft(
    app: &App,
    who: &Filer,
    request: &DossierInput,
) -> Result<MovedDraft, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let answer = match own::ask(app, &mut tx, who, key, "move-draft", request, now).await? {
        Asked::Again(first) => return Ok(first),
        Asked::New(answer) => answer,
    };
    let head = own::draft(&mut tx, who, request.id, request.version, "move").await?;
    let live = Pinned::live(&mut tx, &head.procedure).await?.ok_or(Error::NotFound)?;
    let old = Pinned::load(&mut tx, head.edition, head.form).await?;
    let key = vault::key_of(app, &mut tx, head.id).await?.ok_or(Error::NotFound)?;
    let mut sheet = vault::read_sheet(app, &mut tx, head.id).await?.ok_or(Error::NotFound)?;
    let moved = live.carry(&old, &sheet.answers, now);
    sheet.answers = moved.kept;
    store::dossier::sealed::replace(&mut tx, head.id, &key.seal_sheet(&sheet)).await?;
    store::dossier::draft::move_to(&mut tx, head.id, live.edition_id(), live.form_id()).await?;
    // A component that the present edition does not know stays only where it still belongs.
    for component in store::dossier::component::list(&mut tx, head.id).await? {
        if live.component(&component.code).is_none() {
            store::dossier::component::remove(&mut tx, head.id, &component.code).await?;
            if let Some(file) = component.file {
                store::dossier::file::drop_one(&mut tx, file, now).await?;
            }
        }
    }
    store::dossier::draft::touch(&mut tx, head.id, head.applicant_type, now).await?;
    let dossier = view::one(app, &mut tx, who.account, head.id, None, now).await?;
    let moved = MovedDraft { dossier, dropped: moved.dropped };
    answer.keep(&mut tx, head.id, &key, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// Throws a draft away, with its files and its key. Idempotent by the request's key.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`], `DOSSIER_STATE`, `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.discard_dossier", skip_all)]
pub async fn discard_dossier(
    app: &App,
    who: &Filer,
    request: &DossierInput,
) -> Result<DiscardedDossier, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let claimed = claim(&mut tx, who.account, key, "discard-dossier", request, now).await?;
    let recorder = match claimed {
        Claim::Replay(first) => return Ok(first),
        Claim::New(recorder) => recorder,
    };
    let head = own::draft(&mut tx, who, request.id, request.version, "discard").await?;
    store::dossier::file::drop_all(&mut tx, head.id, now + TimeDelta::minutes(6)).await?;
    store::dossier::draft::delete(&mut tx, head.id).await?;
    let discarded = DiscardedDossier { id: head.id };
    recorder.record(&mut tx, &discarded).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(discarded)
}
