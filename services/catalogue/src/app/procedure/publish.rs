//! An edition takes the place of the one before, for everybody at once.

use city_clock::Timestamp;
use city_contracts::catalogue::procedure::ProcedurePublished;
use city_contracts::event::Envelope;
use city_ids::FormVersionId;
use sqlx::PgConnection;

use crate::app::App;
use crate::domain::edition::EditionState;
use crate::error::{Error, fault};
use crate::store::procedure::edition::{self, Stored, Which};
use crate::store::procedure::{form, root};
use crate::store::registry::publication;

/// Editions published in one step.
const BATCH: i64 = 50;

/// Publishes an approved edition whose day has come; a withdrawn procedure is back with it. The form before gets its end.
/// In the caller's transaction, which holds the lock of the procedure.
pub async fn publish(
    app: &App,
    tx: &mut PgConnection,
    approved: &Stored,
    now: Timestamp,
) -> Result<EditionState, Error> {
    let code = approved.national_code.as_str();
    let course = approved.course.clone().go_live(now)?;
    publication::bump(tx, now).await?;
    let before = edition::find(tx, Which::Live(code)).await?;
    edition::go_live(tx, code, approved.id, now).await?;
    if !root::publish(tx, code, &approved.draft).await? {
        let message = "the service is not there, or another procedure is found by it";
        return Err(Error::invalid("/draft/service", "SERVICE_UNKNOWN", message));
    }
    let old_form = before.and_then(|before| before.form).filter(|old| Some(*old) != approved.form);
    if let (Some(old), Some(closes_at)) = (old_form, approved.draft.old_form_closes_at) {
        form::close(tx, old, closes_at.max(now)).await?;
    }
    let body = ProcedurePublished {
        national_code: code.to_owned(),
        edition_id: Some(approved.id),
        no: Some(approved.no),
        form_version_id: approved.form.map(FormVersionId::restore),
    };
    announce(app, tx, body, now).await?;
    Ok(course.state)
}

/// Tells the world what residents see now.
pub async fn announce(
    app: &App,
    tx: &mut PgConnection,
    body: ProcedurePublished,
    now: Timestamp,
) -> Result<(), Error> {
    let event = Envelope::new(app.ids.next(now), "ProcedurePublished", now, body);
    city_events::outbox::push(tx, &event).await.map_err(fault("writing the outbox"))
}

/// Publishes what is due, a transaction each, and says how many. Two of these at once publish each once.
///
/// # Errors
/// Unavailable when the database is away; what was published stays.
pub async fn go_live_when_due(app: &App) -> Result<usize, Error> {
    let now = app.clock.now();
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let due = edition::list_due(&mut db, now, BATCH).await?;
    drop(db);
    let mut published = 0;
    for code in &due {
        published += usize::from(go_live(app, code, now).await?);
    }
    Ok(published)
}

/// False when somebody was faster, or sent it back meanwhile.
async fn go_live(app: &App, code: &str, now: Timestamp) -> Result<bool, Error> {
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if root::find_for_update(&mut tx, code).await?.is_none() {
        return Ok(false);
    }
    let open = edition::find(&mut tx, Which::Open(code)).await?;
    let is_due =
        |open: &Stored| open.course.state == EditionState::Approved && open.course.is_due(now);
    let Some(open) = open.filter(is_due) else { return Ok(false) };
    let Some(approver) = open.approved_by else { return Ok(false) };
    publish(app, &mut tx, &open, now).await?;
    root::touch(&mut tx, code, approver, now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(true)
}
