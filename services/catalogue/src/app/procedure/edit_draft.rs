//! An editor writes the draft of a procedure: the first of a new one, or the next of one that is live.

use city_auth::Staff;
use city_auth::permission::SERVICE_EDIT;
use city_contracts::catalogue::procedure::{COMMUNE_OF_WARD, ProcedureDraft, WriteProcedureDraft};
use city_contracts::problem::Finding;
use city_ids::AccountId;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::desk::{Ask, ProcedureMoved, Taken, require, take};
use super::{code_finding, refuse_if};
use crate::app::App;
use crate::domain::edition::EditionState;
use crate::domain::procedure::{Terms, terms};
use crate::error::{Error, fault};
use crate::snapshot::Registry;
use crate::store::procedure::edition::{self, NewDraft, Stored, Which};
use crate::store::procedure::root::Procedure;
use crate::store::procedure::{form, root};
use city_events::idempotency::{Claim, claim};

/// Writes the draft. Without a version the procedure is new. Idempotent by the key.
///
/// # Errors
/// `INPUT` with everything that is wrong, `SCOPE`, `STALE`, `CODE_TAKEN`; `STATE` while an edition is in review or waits.
#[tracing::instrument(name = "catalogue.save_procedure_draft", skip_all)]
pub async fn save_draft(
    app: &App,
    who: &Staff,
    ask: Ask<'_, WriteProcedureDraft>,
) -> Result<ProcedureMoved, Error> {
    let draft = &ask.request.draft;
    let snapshot = app.snapshots.get()?;
    let findings = code_finding(ask.code).into_iter();
    refuse_if(findings.chain(draft_findings(draft, &snapshot.registry, "/draft")))?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let (recorder, found) = if let Some(version) = ask.request.version {
        match take(app, &mut tx, who, ("draft", SERVICE_EDIT), ask, version).await? {
            Taken::Replay(first) => return Ok(first),
            Taken::New(recorder, found) => (recorder, *found),
        }
    } else {
        let operation = format!("procedure:create:{}", ask.code);
        let claimed = claim(&mut tx, who.account, ask.key, &operation, ask.request, now).await?;
        let recorder = match claimed {
            Claim::Replay(first) => return Ok(first),
            Claim::New(recorder) => recorder,
        };
        require(&snapshot.registry, who, SERVICE_EDIT, &draft.owner_agency, now)?;
        if !root::insert(&mut tx, ask.code, draft, who.account, now).await? {
            return Err(Error::CodeTaken);
        }
        (recorder, root::find_for_update(&mut tx, ask.code).await?.ok_or(Error::NotFound)?)
    };
    let source = json!({ "status": "edited", "ids": [] });
    let no = write(app, &mut tx, &found, draft, who.account, &source).await?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ProcedureMoved::new(ask.code, version, no, EditionState::Draft);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// Writes over the open draft of a locked procedure, or begins the next edition; gives its number.
pub async fn write(
    app: &App,
    tx: &mut PgConnection,
    found: &Procedure,
    draft: &ProcedureDraft,
    by: AccountId,
    source: &Value,
) -> Result<i32, Error> {
    let (now, code) = (app.clock.now(), found.national_code.as_str());
    if draft.owner_agency != found.owner_agency {
        let message = "the agency of a procedure stays";
        return Err(Error::invalid("/draft/ownerAgency", "FIXED", message));
    }
    let form = match draft.form_no {
        Some(no) => {
            let id = form::find_no(tx, code, no).await?;
            let unknown =
                || Error::invalid("/draft/formNo", "UNKNOWN", "no form version has this number");
            Some(id.ok_or_else(unknown)?)
        }
        None => None,
    };
    let open = edition::find(tx, Which::Open(code)).await?;
    let Some(Stored { id, no, course, .. }) = open else {
        let first = edition::list(tx, Which::All(code)).await?.is_empty();
        if !first && draft.change_note.is_none() {
            let message = "say what changed";
            return Err(Error::invalid("/draft/changeNote", "REQUIRED", message));
        }
        let id = app.ids.next(now);
        let new = NewDraft { id, national_code: code, draft, form, source, by, at: now };
        return edition::insert(tx, &new).await;
    };
    if no > 1 && draft.change_note.is_none() {
        return Err(Error::invalid("/draft/changeNote", "REQUIRED", "say what changed"));
    }
    let course = course.edit(by)?;
    edition::update(tx, id, draft, form, &course, source, (by, now)).await?;
    Ok(no)
}

/// Everything that is wrong with a draft, against the registry as it is now.
pub fn draft_findings(draft: &ProcedureDraft, registry: &Registry, at: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut refuse = |field: &str, code: &str, message: &str| {
        findings.push(Finding::new(format!("{at}/{field}"), code, message));
    };
    let works = |code: &str| registry.agency(code).is_some_and(|agency| agency.active);
    if !works(&draft.owner_agency) {
        refuse("ownerAgency", "AGENCY_UNKNOWN", "no active agency has this code");
    }
    for (index, named) in draft.body.agency_roles.iter().enumerate() {
        if named.agency != COMMUNE_OF_WARD && !works(&named.agency) {
            let field = format!("body/agencyRoles/{index}/agency");
            refuse(&field, "AGENCY_UNKNOWN", "no active agency has this code");
        }
    }
    if draft.field.trim().is_empty() || draft.field.chars().count() > 200 {
        refuse("field", "LENGTH", "1 to 200 characters");
    }
    if draft.levels.iter().enumerate().any(|(index, level)| draft.levels[..index].contains(level)) {
        refuse("levels", "TWICE", "each level once");
    }
    let service_fits = |code: &String| code.len() <= 64 && !code.is_empty();
    if !draft.service.as_ref().is_none_or(service_fits) {
        refuse("service", "CODE", "the code of a service");
    }
    for (field, text, max) in
        [("decisionNo", &draft.decision_no, 100), ("changeNote", &draft.change_note, 1_000)]
    {
        let fits = |text: &String| (1..=max).contains(&text.trim().chars().count());
        if !text.as_ref().is_none_or(fits) {
            refuse(field, "LENGTH", &format!("1 to {max} characters"));
        }
    }
    if let (Some(from), Some(to)) = (draft.in_force_from, draft.in_force_to)
        && from > to
    {
        refuse("inForceTo", "ORDER", "not before the first day in force");
    }
    findings.extend(terms::legal_findings(&draft.legal_basis, &format!("{at}/legalBasis")));
    findings
        .extend(Terms::read(draft.body.clone(), &format!("{at}/body")).err().unwrap_or_default());
    findings
}
