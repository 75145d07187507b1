//! Back to what was said before: as a new edition, for history is never rewritten.

use city_auth::Staff;
use city_auth::permission::SERVICE_EDIT;
use serde::Serialize;

use super::desk::{Ask, Taken, take};
use super::review::check;
use super::view::ServiceMoved;
use crate::app::App;
use crate::domain::edition::{Course, EditionMove, EditionRefusal};
use crate::domain::service::Content;
use crate::error::{Error, fault};
use crate::store::service::edition::{self, Edition, NewDraft, Which};
use crate::store::service::root;

/// Back to which edition, and why.
#[derive(Debug)]
pub struct Revert {
    pub no: i32,
    pub change_note: String,
}

/// Hands in a new edition that says what an earlier one said; a second person approves it. Idempotent by the key.
///
/// # Errors
/// `NOT_FOUND` for an edition that never was; `STATE` for one that was never live, or while another one is on its way;
/// `INPUT` when the registry changed so that it is wrong by now.
#[tracing::instrument(name = "catalogue.revert_service", skip_all)]
pub async fn revert<R: Serialize + Sync>(
    app: &App,
    who: &Staff,
    ask: Ask<'_, R>,
    wanted: Revert,
) -> Result<ServiceMoved, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let (recorder, service) =
        match take(app, &mut tx, who, ("revert", SERVICE_EDIT), &ask, now).await? {
            Taken::Replay(first) => return Ok(first),
            Taken::New(recorder, service) => (recorder, service),
        };
    let old =
        edition::find(&mut tx, ask.code, Which::No(wanted.no)).await?.ok_or(Error::NotFound)?;
    let refused = |from| EditionRefusal::WrongState { from, attempted: EditionMove::Revert };
    if !old.course.state.was_live() {
        return Err(refused(old.course.state).into());
    }
    if let Some(open) = edition::find(&mut tx, ask.code, Which::Open).await? {
        return Err(refused(open.course.state).into());
    }
    let content = Content {
        change_note: Some(wanted.change_note),
        effective_from: None,
        review_by: None,
        ..old.content
    };
    let (id, source) = (app.ids.next(now), old.source);
    let draft = NewDraft {
        id,
        service: ask.code,
        by: who.account,
        at: now,
        content: &content,
        source: &source,
    };
    let no = edition::insert(&mut tx, &draft).await?;
    let course = Course::begun(who.account, None).submit()?;
    check(app, &service, &Edition { no, content, source, ..old })?;
    edition::submit(&mut tx, id, now).await?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ServiceMoved::new(ask.code, version, no, course.state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}
