//! A draft is handed in; a second person approves it or sends it back; a live one is checked from time to time.

use city_auth::Staff;
use city_auth::permission::{SERVICE_EDIT, SERVICE_PUBLISH};
use serde::Serialize;
use sqlx::PgConnection;

use super::desk::{Ask, Taken, take};
use super::publish::publish;
use super::view::ServiceMoved;
use crate::app::App;
use crate::domain::edition::{Course, EditionMove, EditionRefusal, EditionState};
use crate::domain::service::{Linted, lint};
use crate::error::{Error, fault};
use crate::store::registry::publication;
use crate::store::service::edition::{self, Edition, Which};
use crate::store::service::root;

/// What a publisher says of it.
#[derive(Debug)]
pub struct Judgement {
    /// For the editors.
    pub note: String,
}

/// Hands the draft in, once nothing is wrong with it. Idempotent by the key.
///
/// # Errors
/// `INPUT` with everything that is wrong, `SCOPE`, `STALE`, `STATE`.
#[tracing::instrument(name = "catalogue.submit_service", skip_all)]
pub async fn submit<R: Serialize + Sync>(
    app: &App,
    who: &Staff,
    ask: Ask<'_, R>,
) -> Result<ServiceMoved, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let (recorder, service) =
        match take(app, &mut tx, who, ("submit", SERVICE_EDIT), &ask, now).await? {
            Taken::Replay(first) => return Ok(first),
            Taken::New(recorder, service) => (recorder, service),
        };
    let open = open(&mut tx, ask.code, EditionMove::Submit).await?;
    let course = open.course.clone().submit()?;
    check(app, &service, &open)?;
    edition::submit(&mut tx, open.id, now).await?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ServiceMoved::new(ask.code, version, open.no, course.state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// Everything that is wrong with an edition, against the registry as it is now.
pub fn check(app: &App, service: &root::Service, edition: &Edition) -> Result<(), Error> {
    let snapshot = app.snapshots.get()?;
    let entry = Linted {
        kind: service.kind,
        owner_agency: &service.owner_agency,
        no: edition.no,
        content: &edition.content,
    };
    let findings = lint(entry, &snapshot.registry);
    if findings.is_empty() { Ok(()) } else { Err(Error::Input(findings)) }
}

/// A second person approves it; it is live at once when its day has come. Idempotent by the key.
///
/// # Errors
/// `TWO_PERSONS`, `SCOPE`, `STALE`, `STATE`; `INPUT` when the registry changed so that it is wrong by now.
#[tracing::instrument(name = "catalogue.approve_service", skip_all)]
pub async fn approve<R: Serialize + Sync>(
    app: &App,
    who: &Staff,
    ask: Ask<'_, R>,
    judgement: Judgement,
) -> Result<ServiceMoved, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let (recorder, service) =
        match take(app, &mut tx, who, ("approve", SERVICE_PUBLISH), &ask, now).await? {
            Taken::Replay(first) => return Ok(first),
            Taken::New(recorder, service) => (recorder, service),
        };
    let open = open(&mut tx, ask.code, EditionMove::Approve).await?;
    let course = open.course.clone().approve(who.account)?;
    check(app, &service, &open)?;
    edition::approve(&mut tx, open.id, who.account, &judgement.note, now).await?;
    let state = if course.is_due(now) {
        publish(app, &mut tx, &service, &Edition { course, ..open.clone() }, now).await?
    } else {
        course.state
    };
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ServiceMoved::new(ask.code, version, open.no, state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// A second person sends it back to its editors. Idempotent by the key.
///
/// # Errors
/// `TWO_PERSONS`, `SCOPE`, `STALE`, `STATE`.
#[tracing::instrument(name = "catalogue.send_back_service", skip_all)]
pub async fn send_back<R: Serialize + Sync>(
    app: &App,
    who: &Staff,
    ask: Ask<'_, R>,
    judgement: Judgement,
) -> Result<ServiceMoved, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder = match take(app, &mut tx, who, ("send-back", SERVICE_PUBLISH), &ask, now).await? {
        Taken::Replay(first) => return Ok(first),
        Taken::New(recorder, _) => recorder,
    };
    let open = open(&mut tx, ask.code, EditionMove::SendBack).await?;
    let course = open.course.clone().send_back()?;
    open.course.judged_by(who.account)?;
    edition::send_back(&mut tx, open.id, &judgement.note).await?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ServiceMoved::new(ask.code, version, open.no, course.state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// Somebody looked whether the live edition still holds, and residents see when. Idempotent by the key.
///
/// # Errors
/// `SCOPE`, `STALE`; `STATE` when nothing is live.
#[tracing::instrument(name = "catalogue.assure_service", skip_all)]
pub async fn assure<R: Serialize + Sync>(
    app: &App,
    who: &Staff,
    ask: Ask<'_, R>,
) -> Result<ServiceMoved, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder = match take(app, &mut tx, who, ("assure", SERVICE_EDIT), &ask, now).await? {
        Taken::Replay(first) => return Ok(first),
        Taken::New(recorder, _) => recorder,
    };
    let Some(live) = edition::find(&mut tx, ask.code, Which::Live).await? else {
        let open = open(&mut tx, ask.code, EditionMove::Assure).await?;
        let refused = open.course.assure();
        return Err(refused.map_or_else(Error::from, |()| Error::NotFound));
    };
    publication::bump(&mut tx, now).await?;
    edition::assure(&mut tx, live.id, who.account, now).await?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ServiceMoved::new(ask.code, version, live.no, live.course.state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// The edition that is on its way; without one, the state of what there is says why the move is none.
pub async fn open(
    tx: &mut PgConnection,
    code: &str,
    attempted: EditionMove,
) -> Result<Edition, Error> {
    if let Some(open) = edition::find(tx, code, Which::Open).await? {
        return Ok(open);
    }
    let latest = edition::list(tx, code, None, 1).await?.pop();
    let from =
        latest.map_or(EditionState::Draft, |Edition { course: Course { state, .. }, .. }| state);
    Err(EditionRefusal::WrongState { from, attempted }.into())
}
