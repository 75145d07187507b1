//! A draft is handed in; a second person approves it or sends it back; a live one is checked from time to time.

use city_auth::Staff;
use city_auth::permission::{SERVICE_EDIT, SERVICE_PUBLISH};
use city_contracts::catalogue::procedure::{English, MoveEdition, ProcedureDraft, RevertEdition};
use city_contracts::problem::Finding;
use sqlx::PgConnection;

use super::desk::{Ask, ProcedureMoved, Taken, take};
use super::edit_draft::draft_findings;
use super::publish::publish;
use super::refuse_if;
use crate::app::App;
use crate::domain::edition::{Course, EditionMove, EditionRefusal, EditionState};
use crate::error::{Error, fault};
use crate::store::procedure::edition::{self, NewDraft, Stored, Which};
use crate::store::procedure::root;
use crate::store::registry::publication;

const NOTE_MAX: usize = 1_000;

/// Hands the draft in, once nothing is wrong with it. Idempotent by the key.
///
/// # Errors
/// `INPUT` with everything that is wrong, `SCOPE`, `STALE`, `STATE`.
#[tracing::instrument(name = "catalogue.submit_procedure", skip_all)]
pub async fn submit(
    app: &App,
    who: &Staff,
    ask: Ask<'_, MoveEdition>,
) -> Result<ProcedureMoved, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let taken = take(app, &mut tx, who, ("submit", SERVICE_EDIT), ask, ask.request.version).await?;
    let recorder = match taken {
        Taken::Replay(first) => return Ok(first),
        Taken::New(recorder, _) => recorder,
    };
    let open = open(&mut tx, ask.code, EditionMove::Submit).await?;
    let course = open.course.clone().submit()?;
    check(app, &open.draft)?;
    edition::submit(&mut tx, open.id, now).await?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ProcedureMoved::new(ask.code, version, open.no, course.state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// A second person approves it; it is live at once when its day has come. Idempotent by the key.
///
/// # Errors
/// `TWO_PERSONS`, `SCOPE`, `STALE`, `STATE`; `INPUT` when the registry changed so that it is wrong by now.
#[tracing::instrument(name = "catalogue.approve_procedure", skip_all)]
pub async fn approve(
    app: &App,
    who: &Staff,
    ask: Ask<'_, MoveEdition>,
) -> Result<ProcedureMoved, Error> {
    let now = app.clock.now();
    let note = note(ask.request.note.as_deref())?;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let taken =
        take(app, &mut tx, who, ("approve", SERVICE_PUBLISH), ask, ask.request.version).await?;
    let recorder = match taken {
        Taken::Replay(first) => return Ok(first),
        Taken::New(recorder, _) => recorder,
    };
    let open = open(&mut tx, ask.code, EditionMove::Approve).await?;
    let course = open.course.clone().approve(who.account)?;
    check(app, &open.draft)?;
    edition::approve(&mut tx, open.id, who.account, Some(&note), now).await?;
    let state = if course.is_due(now) {
        publish(app, &mut tx, &Stored { course, ..open.clone() }, now).await?
    } else {
        course.state
    };
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ProcedureMoved::new(ask.code, version, open.no, state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// A second person sends it back to its editors. Idempotent by the key.
///
/// # Errors
/// `TWO_PERSONS`, `SCOPE`, `STALE`, `STATE`.
#[tracing::instrument(name = "catalogue.send_back_procedure", skip_all)]
pub async fn send_back(
    app: &App,
    who: &Staff,
    ask: Ask<'_, MoveEdition>,
) -> Result<ProcedureMoved, Error> {
    let now = app.clock.now();
    let note = note(ask.request.note.as_deref())?;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let taken =
        take(app, &mut tx, who, ("send-back", SERVICE_PUBLISH), ask, ask.request.version).await?;
    let recorder = match taken {
        Taken::Replay(first) => return Ok(first),
        Taken::New(recorder, _) => recorder,
    };
    let open = open(&mut tx, ask.code, EditionMove::SendBack).await?;
    let course = open.course.clone().send_back()?;
    open.course.judged_by(who.account)?;
    edition::send_back(&mut tx, open.id, &note).await?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ProcedureMoved::new(ask.code, version, open.no, course.state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// Somebody looked whether the live edition still holds, and residents see when. Idempotent by the key.
///
/// # Errors
/// `SCOPE`, `STALE`; `STATE` when nothing is live.
#[tracing::instrument(name = "catalogue.assure_procedure", skip_all)]
pub async fn assure(
    app: &App,
    who: &Staff,
    ask: Ask<'_, MoveEdition>,
) -> Result<ProcedureMoved, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let taken = take(app, &mut tx, who, ("assure", SERVICE_EDIT), ask, ask.request.version).await?;
    let recorder = match taken {
        Taken::Replay(first) => return Ok(first),
        Taken::New(recorder, _) => recorder,
    };
    let live = live(&mut tx, ask.code, EditionMove::Assure).await?;
    publication::bump(&mut tx, now).await?;
    edition::assure(&mut tx, live.id, who.account, now).await?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ProcedureMoved::new(ask.code, version, live.no, live.course.state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// Hands in a new edition that says what an earlier one said; a second person approves it. Idempotent by the key.
///
/// # Errors
/// `NOT_FOUND` for an edition that never was; `STATE` for one that was never live, or while another one is on its way.
#[tracing::instrument(name = "catalogue.revert_procedure", skip_all)]
pub async fn revert(
    app: &App,
    who: &Staff,
    ask: Ask<'_, RevertEdition>,
) -> Result<ProcedureMoved, Error> {
    let now = app.clock.now();
    let note = note(Some(&ask.request.note))?;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let taken = take(app, &mut tx, who, ("revert", SERVICE_EDIT), ask, ask.request.version).await?;
    let recorder = match taken {
        Taken::Replay(first) => return Ok(first),
        Taken::New(recorder, _) => recorder,
    };
    let old = edition::find(&mut tx, Which::No(ask.code, ask.request.no)).await?;
    let old = old.ok_or(Error::NotFound)?;
    let refused = |from| EditionRefusal::WrongState { from, attempted: EditionMove::Edit };
    if !old.course.state.was_live() {
        return Err(refused(old.course.state).into());
    }
    if let Some(open) = edition::find(&mut tx, Which::Open(ask.code)).await? {
        return Err(refused(open.course.state).into());
    }
    let draft = ProcedureDraft {
        change_note: Some(note),
        effective_from: None,
        review_by: None,
        old_form_closes_at: None,
        ..old.draft
    };
    check(app, &draft)?;
    let id = app.ids.next(now);
    let new = NewDraft {
        id,
        national_code: ask.code,
        draft: &draft,
        form: old.form,
        source: &old.source,
        by: who.account,
        at: now,
    };
    let no = edition::insert(&mut tx, &new).await?;
    let course = Course::begun(who.account, None).submit()?;
    edition::submit(&mut tx, id, now).await?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ProcedureMoved::new(ask.code, version, no, course.state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// Everything that keeps a draft from being handed in: what is wrong with it, and texts residents would miss.
fn check(app: &App, draft: &ProcedureDraft) -> Result<(), Error> {
    let snapshot = app.snapshots.get()?;
    let mut findings = draft_findings(draft, &snapshot.registry, "/draft");
    let body = &draft.body;
    let mut wanted = vec![("name", Some(&body.name))];
    if draft.english == English::Full {
        wanted.extend([
            ("summary", body.summary.as_ref()),
            ("conditions", body.conditions.as_ref()),
            ("result", body.result.as_ref()),
        ]);
    }
    for (field, text) in wanted {
        if text.is_some_and(|text| text.en.is_none()) {
            let field = format!("/draft/body/{field}/en");
            findings.push(Finding::new(field, "REQUIRED", "needed in English before it is shown"));
        }
    }
    refuse_if(findings)
}

fn note(raw: Option<&str>) -> Result<String, Error> {
    let note = city_text::clean(raw.unwrap_or(""));
    if (1..=NOTE_MAX).contains(&note.chars().count()) {
        Ok(note)
    } else {
        Err(Error::invalid("/note", "LENGTH", "say why in 1 to 1000 characters"))
    }
}

/// The edition that is on its way; without one, the state of what there is says why the move is none.
async fn open(tx: &mut PgConnection, code: &str, attempted: EditionMove) -> Result<Stored, Error> {
    match edition::find(tx, Which::Open(code)).await? {
        Some(open) => Ok(open),
        None => Err(none(tx, code, attempted).await?),
    }
}

/// The live edition.
pub async fn live(
    tx: &mut PgConnection,
    code: &str,
    attempted: EditionMove,
) -> Result<Stored, Error> {
    match edition::find(tx, Which::Live(code)).await? {
        Some(live) => Ok(live),
        None => Err(none(tx, code, attempted).await?),
    }
}

async fn none(tx: &mut PgConnection, code: &str, attempted: EditionMove) -> Result<Error, Error> {
    let latest = edition::find(tx, Which::All(code)).await?;
    let from = latest.map_or(EditionState::Draft, |latest| latest.course.state);
    Ok(EditionRefusal::WrongState { from, attempted }.into())
}
