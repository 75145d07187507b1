//! A service ends: with a note, with a replacement, or without a trace for residents.

use city_auth::Staff;
use city_auth::permission::SERVICE_PUBLISH;
use city_contracts::common::Localised;
use serde::Serialize;

use super::desk::{Ask, Taken, take};
use super::view::ServiceMoved;
use crate::app::App;
use crate::domain::edition::{EditionMove, EditionState};
use crate::domain::service::WithdrawnAs;
use crate::error::{Error, fault};
use crate::events::service as events;
use crate::store::registry::publication;
use crate::store::service::edition::{self, Which};
use crate::store::service::root::{self, Withdrawal};

/// How it ends.
#[derive(Debug)]
pub struct Withdraw {
    pub way: WithdrawnAs,
    /// Why, for residents.
    pub note: Localised,
    pub replacement: Option<String>,
}

/// Withdraws a service that is live. An edition on its way goes back to its editors; when a new one goes live the service is
/// back. Idempotent by the key.
///
/// # Errors
/// `SCOPE`, `STALE`; `STATE` when nothing is live; `INPUT` for a replacement that residents cannot see.
#[tracing::instrument(name = "catalogue.withdraw_service", skip_all)]
pub async fn withdraw<R: Serialize + Sync>(
    app: &App,
    who: &Staff,
    ask: Ask<'_, R>,
    wanted: Withdraw,
) -> Result<ServiceMoved, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let (recorder, service) =
        match take(app, &mut tx, who, ("withdraw", SERVICE_PUBLISH), &ask, now).await? {
            Taken::Replay(first) => return Ok(first),
            Taken::New(recorder, service) => (recorder, service),
        };
    let Some(live) = edition::find(&mut tx, ask.code, Which::Live).await? else {
        return Err(super::review::open(&mut tx, ask.code, EditionMove::Supersede)
            .await?
            .course
            .supersede()
            .map_or_else(Error::from, |_| Error::NotFound));
    };
    let replacement = wanted.replacement.as_deref();
    leads_somewhere(app, ask.code, replacement)?;
    publication::bump(&mut tx, now).await?;
    if let Some(open) = edition::find(&mut tx, ask.code, Which::Open).await?
        && open.course.state != EditionState::Draft
    {
        open.course.send_back()?;
        edition::send_back(&mut tx, open.id, &wanted.note.vi).await?;
    }
    let withdrawal = Withdrawal { way: wanted.way, note: &wanted.note, replacement };
    root::withdraw(&mut tx, ask.code, &withdrawal, now).await?;
    let event = events::withdrawn(app.ids.next(now), now, &service, live.no, &withdrawal);
    city_events::outbox::push(&mut tx, &event).await.map_err(fault("writing the outbox"))?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ServiceMoved::new(ask.code, version, live.no, live.course.state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

/// A replacement is something residents can open, and not the service itself.
fn leads_somewhere(app: &App, code: &str, replacement: Option<&str>) -> Result<(), Error> {
    let Some(replacement) = replacement else { return Ok(()) };
    let snapshot = app.snapshots.get()?;
    let usable =
        snapshot.services.visible(replacement).is_some_and(|entry| entry.live.withdrawn.is_none());
    if replacement != code && usable {
        Ok(())
    } else {
        Err(Error::invalid(
            "/replacement",
            "SERVICE_UNKNOWN",
            "name another service that residents can open",
        ))
    }
}
