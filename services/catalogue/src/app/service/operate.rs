//! Operators set who may use a service, and say how it works.

use city_auth::Staff;
use city_auth::permission::SERVICE_OPERATE;
use city_clock::Timestamp;
use city_contracts::catalogue::service::{Channel, ServiceState};
use city_contracts::common::Localised;
use city_contracts::problem::Finding;
use serde::Serialize;

use super::desk::{Ask, Taken, require, take};
use super::view::{OperatedService, ServiceStatement};
use crate::app::App;
use crate::domain::service::{AppVersion, Platform, Status};
use crate::error::{Error, fault};
use crate::events::service as events;
use crate::store::registry::publication;
use crate::store::service::gate::{self, GateRow};
use crate::store::service::{root, status};

/// Gates one service may have.
const MAX_GATES: usize = 20;
const SALT_MAX: usize = 64;

/// A gate as an operator writes it.
#[derive(Debug, Clone)]
pub struct GateDraft {
    pub platform: Platform,
    pub min_app: Option<String>,
    pub max_app: Option<String>,
    pub min_os: Option<String>,
    pub rollout_pct: i32,
    /// None: that of the gate which stands there for the platform, or the code of the service.
    pub salt: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// Puts these gates in the place of those there are; none opens the service to all apps. Idempotent by the key.
///
/// # Errors
/// `INPUT`, `SCOPE`, `STALE`.
#[tracing::instrument(name = "catalogue.set_service_gates", skip_all)]
pub async fn set_gates<R: Serialize + Sync>(
    app: &App,
    who: &Staff,
    ask: Ask<'_, R>,
    gates: &[GateDraft],
) -> Result<OperatedService, Error> {
    check_gates(gates)?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder = match take(app, &mut tx, who, ("gates", SERVICE_OPERATE), &ask, now).await? {
        Taken::Replay(first) => return Ok(first),
        Taken::New(recorder, _) => recorder,
    };
    let before = gate::list(&mut tx, ask.code).await?;
    publication::bump(&mut tx, now).await?;
    let rows: Vec<_> = gates.iter().map(|gate| row(gate, ask.code, &before)).collect();
    gate::replace(&mut tx, ask.code, &rows).await?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let done = OperatedService { code: ask.code.to_owned(), version };
    recorder.record(&mut tx, &done).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(done)
}

/// The salt stays while the share grows, so that nobody who is in falls out.
fn row(gate: &GateDraft, code: &str, before: &[GateRow]) -> GateRow {
    let kept = before.iter().find(|old| old.platform == gate.platform).map(|old| old.salt.clone());
    GateRow {
        platform: gate.platform,
        min_app: gate.min_app.clone(),
        max_app: gate.max_app.clone(),
        min_os: gate.min_os.clone(),
        rollout_pct: gate.rollout_pct,
        salt: gate.salt.clone().or(kept).unwrap_or_else(|| code.to_owned()),
        from: gate.from,
        to: gate.to,
    }
}

fn check_gates(gates: &[GateDraft]) -> Result<(), Error> {
    let mut found = Vec::new();
    let mut refuse =
        |field: String, code: &str, message: &str| found.push(Finding::new(field, code, message));
    if gates.len() > MAX_GATES {
        refuse("/gates".to_owned(), "TOO_MANY", "at most 20 gates");
    }
    for (place, gate) in gates.iter().enumerate().take(MAX_GATES) {
        let versions =
            [("minApp", &gate.min_app), ("maxApp", &gate.max_app), ("minOs", &gate.min_os)];
        for (member, raw) in versions {
            if raw.as_deref().is_some_and(|raw| AppVersion::parse(raw).is_none()) {
                refuse(
                    format!("/gates/{place}/{member}"),
                    "VERSION",
                    "1 to 4 dotted numbers, such as 2.10",
                );
            }
        }
        if !(0..=100).contains(&gate.rollout_pct) {
            refuse(format!("/gates/{place}/rolloutPct"), "OUT_OF_RANGE", "0 to 100");
        }
        if gate.salt.as_ref().is_some_and(|salt| !(1..=SALT_MAX).contains(&salt.chars().count())) {
            refuse(format!("/gates/{place}/salt"), "TOO_LONG", "1 to 64 characters");
        }
        if gate.from.zip(gate.to).is_some_and(|(from, to)| to <= from) {
            refuse(format!("/gates/{place}/to"), "ORDER", "the end is after the beginning");
        }
    }
    if found.is_empty() { Ok(()) } else { Err(Error::Input(found)) }
}

/// The gates of a service.
///
/// # Errors
/// `NOT_FOUND`, `SCOPE`.
pub async fn read_gates(app: &App, who: &Staff, code: &str) -> Result<(i32, Vec<GateRow>), Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let service = root::find(&mut db, code).await?.ok_or(Error::NotFound)?;
    require(
        &app.snapshots.get()?.registry,
        who,
        SERVICE_OPERATE,
        &service.owner_agency,
        app.clock.now(),
    )?;
    Ok((service.version, gate::list(&mut db, code).await?))
}

/// How a service works, as an operator says it.
#[derive(Debug)]
pub struct StatusDraft {
    pub state: ServiceState,
    /// None: from now on.
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub text: Option<Localised>,
    pub fallback_channel: Option<Channel>,
    pub fallback_agency: Option<String>,
}

/// Says how a service works, or will. What was said before stays on record. Idempotent by the key.
///
/// # Errors
/// `INPUT`, `SCOPE`, `NOT_FOUND`.
#[tracing::instrument(name = "catalogue.set_service_status", skip_all)]
pub async fn set_status<R: Serialize + Sync>(
    app: &App,
    who: &Staff,
    ask: Ask<'_, R>,
    draft: StatusDraft,
) -> Result<OperatedService, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let (recorder, service) =
        match take(app, &mut tx, who, ("status", SERVICE_OPERATE), &ask, now).await? {
            Taken::Replay(first) => return Ok(first),
            Taken::New(recorder, service) => (recorder, service),
        };
    let said = checked(app, draft, now)?;
    publication::bump(&mut tx, now).await?;
    status::insert(&mut tx, ask.code, &said, who.account, now).await?;
    let event = events::status_changed(app.ids.next(now), now, ask.code, &said);
    city_events::outbox::push(&mut tx, &event).await.map_err(fault("writing the outbox"))?;
    let done = OperatedService { code: ask.code.to_owned(), version: service.version };
    recorder.record(&mut tx, &done).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(done)
}

/// Residents who cannot use a service are told why.
fn checked(app: &App, draft: StatusDraft, now: Timestamp) -> Result<Status, Error> {
    let mut found = Vec::new();
    let from = draft.from.unwrap_or(now);
    if draft.text.is_none() && draft.state != ServiceState::Up {
        found.push(Finding::new("/text", "REQUIRED", "say what residents need to know"));
    }
    if draft.to.is_some_and(|to| to <= from.max(now)) {
        found.push(Finding::new("/to", "ORDER", "the end is after the beginning, and not past"));
    }
    if let Some(agency) = &draft.fallback_agency {
        let snapshot = app.snapshots.get()?;
        if snapshot.registry.agency(agency).is_none_or(|agency| !agency.active) {
            found.push(Finding::new(
                "/fallbackAgency",
                "AGENCY_UNKNOWN",
                "no active agency has this code",
            ));
        }
    }
    if !found.is_empty() {
        return Err(Error::Input(found));
    }
    Ok(Status {
        state: draft.state,
        from,
        to: draft.to,
        text: draft.text,
        fallback_channel: draft.fallback_channel,
        fallback_agency: draft.fallback_agency,
    })
}

/// What was said about a service and holds, or will.
///
/// # Errors
/// `NOT_FOUND`, `SCOPE`.
pub async fn read_statuses(
    app: &App,
    who: &Staff,
    code: &str,
) -> Result<Vec<ServiceStatement>, Error> {
    let now = app.clock.now();
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let service = root::find(&mut db, code).await?.ok_or(Error::NotFound)?;
    require(&app.snapshots.get()?.registry, who, SERVICE_OPERATE, &service.owner_agency, now)?;
    let said = status::list_from(&mut db, Some(code), now).await?;
    Ok(said.into_iter().map(|(_, status)| ServiceStatement::of(status)).collect())
}
