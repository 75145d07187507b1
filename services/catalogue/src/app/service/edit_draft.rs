//! An editor writes the draft of an entry: the first of a new service, or the next of one that is live.

use city_auth::Staff;
use city_auth::permission::SERVICE_EDIT;
use city_contracts::catalogue::service::ServiceKind;
use city_contracts::problem::Finding;
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::desk::{Ask, Taken, require, take};
use super::view::ServiceMoved;
use crate::app::App;
use crate::domain::edition::{Course, EditionState};
use crate::domain::service::{Content, bounds};
use crate::error::{Error, fault};
use crate::store::service::edition::{self, NewDraft, Which};
use crate::store::service::root;
use city_events::idempotency::{Claim, claim};

/// What an editor writes.
#[derive(Debug)]
pub struct Draft {
    /// Of a new service.
    pub kind: Option<ServiceKind>,
    /// Of a new service.
    pub owner_agency: Option<String>,
    pub content: Content,
}

/// Writes the draft. Without a version the service is new. Idempotent by the key.
///
/// # Errors
/// `INPUT`, `SCOPE`, `STALE`, `CODE_TAKEN`; `STATE` while an edition is in review or waits for its day.
#[tracing::instrument(name = "catalogue.save_service_draft", skip_all)]
pub async fn save_draft<R: Serialize + Sync>(
    app: &App,
    who: &Staff,
    ask: Ask<'_, R>,
    draft: Draft,
) -> Result<ServiceMoved, Error> {
    let findings = bounds(&draft.content);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let (recorder, version) = if ask.version.is_none() {
        let operation = format!("service:create:{}", ask.code);
        let recorder =
            match claim(&mut tx, who.account, ask.key, &operation, ask.request, now).await? {
                Claim::Replay(first) => return Ok(first),
                Claim::New(recorder) => recorder,
            };
        create(app, &mut tx, who, ask.code, &draft).await?;
        (recorder, root::touch(&mut tx, ask.code, who.account, now).await?)
    } else {
        let taken = take(app, &mut tx, who, ("draft", SERVICE_EDIT), &ask, now).await?;
        let (recorder, service) = match taken {
            Taken::Replay(first) => return Ok(first),
            Taken::New(recorder, service) => (recorder, service),
        };
        fixed(&service, &draft)?;
        write(app, &mut tx, who, ask.code, &draft.content).await?;
        (recorder, root::touch(&mut tx, ask.code, who.account, now).await?)
    };
    let open = edition::find(&mut tx, ask.code, Which::Open).await?.ok_or(Error::NotFound)?;
    let moved = ServiceMoved::new(ask.code, version, open.no, EditionState::Draft);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// A new service with its first draft.
async fn create(
    app: &App,
    tx: &mut PgConnection,
    who: &Staff,
    code: &str,
    draft: &Draft,
) -> Result<(), Error> {
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let required = |field, present: bool| {
        (!present).then(|| Finding::new(field, "REQUIRED", "a new service needs it"))
    };
    let missing: Vec<_> = [
        required("/kind", draft.kind.is_some()),
        required("/ownerAgency", draft.owner_agency.is_some()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let (Some(kind), Some(owner)) = (draft.kind, draft.owner_agency.as_deref()) else {
        return Err(Error::Input(missing));
    };
    if snapshot.registry.agency(owner).is_none_or(|agency| !agency.active) {
        return Err(Error::invalid(
            "/ownerAgency",
            "AGENCY_UNKNOWN",
            "no active agency has this code",
        ));
    }
    require(&snapshot.registry, who, SERVICE_EDIT, owner, now)?;
    if !root::insert(tx, code, kind, owner, who.account, now).await? {
        return Err(Error::CodeTaken);
    }
    begin(app, tx, who, code, &draft.content).await
}

/// Writes over the open draft, or begins the next edition.
async fn write(
    app: &App,
    tx: &mut PgConnection,
    who: &Staff,
    code: &str,
    content: &Content,
) -> Result<(), Error> {
    match edition::find(tx, code, Which::Open).await? {
        None => begin(app, tx, who, code, content).await,
        Some(open) => {
            let course = open.course.edit(who.account)?;
            let course = Course { effective_from: content.effective_from, ..course };
            edition::update(tx, open.id, content, &course, who.account, app.clock.now()).await
        }
    }
}

async fn begin(
    app: &App,
    tx: &mut PgConnection,
    who: &Staff,
    code: &str,
    content: &Content,
) -> Result<(), Error> {
    let at = app.clock.now();
    let source = json!({ "status": "edited", "ids": [] });
    let draft = NewDraft {
        id: app.ids.next(at),
        service: code,
        by: who.account,
        at,
        content,
        source: &source,
    };
    edition::insert(tx, &draft).await.map(drop)
}

/// What kind of entry it is and whose stays as it was.
fn fixed(service: &root::Service, draft: &Draft) -> Result<(), Error> {
    let mut findings = Vec::new();
    if draft.kind.is_some_and(|kind| kind != service.kind) {
        findings.push(Finding::new(
            "/kind",
            "FIXED",
            "the kind of a service stays: make another one",
        ));
    }
    if draft.owner_agency.as_ref().is_some_and(|owner| *owner != service.owner_agency) {
        findings.push(Finding::new(
            "/ownerAgency",
            "FIXED",
            "the agency of a service stays: make another one",
        ));
    }
    if findings.is_empty() { Ok(()) } else { Err(Error::Input(findings)) }
}
