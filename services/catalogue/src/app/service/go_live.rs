//! Approved editions go live on their day.

use crate::app::App;
use crate::domain::edition::EditionState;
use crate::error::{Error, fault};
use crate::store::service::edition::{self, Which};
use crate::store::service::root;

use super::publish::publish;

/// Editions published in one step.
const BATCH: i64 = 50;

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
        published += usize::from(go_live(app, code).await?);
    }
    Ok(published)
}

/// False when somebody was faster, or sent it back meanwhile.
async fn go_live(app: &App, code: &str) -> Result<bool, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let Some(service) = root::find_for_update(&mut tx, code).await? else { return Ok(false) };
    let open = edition::find(&mut tx, code, Which::Open).await?;
    let due =
        open.filter(|open| open.course.state == EditionState::Approved && open.course.is_due(now));
    let Some(open) = due else { return Ok(false) };
    let Some(approver) = open.approved_by else { return Ok(false) };
    publish(app, &mut tx, &service, &open, now).await?;
    root::touch(&mut tx, code, approver, now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(true)
}
