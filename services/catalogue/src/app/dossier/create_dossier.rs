//! A resident begins a dossier, alone or with a helper.

use city_auth::Filer;
use city_clock::Timestamp;
use city_contracts::catalogue::dossier::{
    ApplicantType, CreateDossier, DossierContact, DossierView,
};
use city_ids::DossierId;

use super::own::{self, Asked};
use super::pinned::Pinned;
use super::prefill::{self, Prefilled};
use super::refused::Refused;
use super::vault::{self, Sheet};
use super::{usable, view, written};
use crate::app::App;
use crate::domain::dossier::Actor;
use crate::error::{Error, fault};
use crate::store;
use crate::store::dossier::draft::NewDraft;

/// How many drafts an account may have.
const MOST_DRAFTS: i64 = 20;

/// Begins a draft on the live edition and its form. Idempotent by the request's key.
///
/// # Errors
/// `INPUT`, [`Error::NotFound`] for a procedure that is not offered, `NOT_USABLE`, `DRAFT_LIMIT`, `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.create_dossier", skip_all)]
pub async fn create_dossier(
    app: &App,
    who: &Filer,
    request: &CreateDossier,
) -> Result<DossierView, Error> {
    let now = app.clock.now();
    let snapshot = app.snapshots.get()?;
    let pinned = {
        let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
        Pinned::live(&mut db, &request.national_code).await?
    }; // the connection goes back before accounts is asked
    // The network first: without accounts the form begins empty, and says so.
    let prefilled = match &pinned {
        Some(pinned) if request.answers.is_none() => {
            prefill::ask(app, who.account, pinned, now).await
        }
        _ => Prefilled::nothing(),
    };

    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let answer = match own::ask(app, &mut tx, who, key, "create-dossier", request, now).await? {
        Asked::Again(first) => return Ok(first),
        Asked::New(answer) => answer,
    };
    let pinned = pinned.ok_or(Error::NotFound)?;
    let sheet = first_sheet(request, &prefilled)?;
    let ward = usable::ward(&snapshot, request.ward_code.as_deref(), "/wardCode")?;
    usable::require(app, &snapshot, &pinned, who, &request.client, ward.as_deref())?;

    store::dossier::draft::lock_account(&mut tx, who.account).await?;
    if store::dossier::draft::count(&mut tx, who.account).await? >= MOST_DRAFTS {
        return Err(Refused::DraftLimit { most: MOST_DRAFTS }.into());
    }
    let id: DossierId = app.ids.next(now);
    insert(&mut tx, who, request, &pinned, id, ward.as_deref(), now).await?;
    let key = vault::begin_sheet(app, &mut tx, id, &sheet).await?;
    let mut view = view::one(app, &mut tx, who.account, id, None, now).await?;
    view.notice = prefilled.notice;
    answer.keep(&mut tx, id, &key, &view).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(view)
}

fn first_sheet(request: &CreateDossier, prefilled: &Prefilled) -> Result<Sheet, Error> {
    let mut findings = Vec::new();
    let given = request.answers.as_ref();
    let answers = given.and_then(|raw| written::answers(raw, "/answers", &mut findings));
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let contact = DossierContact {
        full_name: prefilled.full_name.clone(),
        phone: prefilled.phone.clone(),
        email: None,
    };
    let answers = answers.unwrap_or_else(|| prefilled.answers.clone());
    Ok(Sheet { answers, contact, notes: Vec::new() })
}

async fn insert(
    db: &mut sqlx::PgConnection,
    who: &Filer,
    request: &CreateDossier,
    pinned: &Pinned,
    id: DossierId,
    ward: Option<&str>,
    at: Timestamp,
) -> Result<(), Error> {
    let actor = own::actor(who);
    // A helper acts within a session that was opened with the resident's consent.
    let consent = match actor {
        Actor::Helper { .. } => who.principal.session.map(|session| session.to_string()),
        _ => None,
    };
    let new = NewDraft {
        id,
        account: who.account,
        actor: actor.account().unwrap_or(who.account),
        consent_ref: consent.as_deref(),
        applicant_type: applicant_code(request.applicant_type),
        procedure: pinned.national_code(),
        edition: pinned.edition_id(),
        form: pinned.form_id(),
        ward,
        at,
    };
    store::dossier::draft::insert(db, &new).await
}

/// The code of a kind of applicant.
pub const fn applicant_code(applicant: ApplicantType) -> i16 {
    match applicant {
        ApplicantType::Citizen => 0,
        ApplicantType::Business => 1,
        ApplicantType::HouseholdBusiness => 2,
    }
}
