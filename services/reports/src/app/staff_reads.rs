//! What staff read about one report.

use city_auth::permission::REPORT_READ;
use city_auth::{ObjectScope, Staff};
use city_ids::ReportId;
use sqlx::PgConnection;

use crate::domain::Visibility;
use crate::error::{Error, fault};
use crate::reference::Reference;
use crate::store;
use crate::store::row::Stored;

use super::App;
use super::staff_view::{Depth, StaffReport, StaffTimelineEntry};

/// Rows of the timeline in one page.
pub const TIMELINE_PAGE: i64 = 100;

/// One report of the caller's scope, or one that everybody may see.
///
/// # Errors
/// `NOT_FOUND` for all others.
pub async fn staff_report(app: &App, who: &Staff, id: ReportId) -> Result<StaffReport, Error> {
    let reference = app.reference()?;
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let stored = readable(app, &mut db, &reference, who, id).await?;
    let photos = if stored.photo_count > 0 {
        store::photo::list_of(&mut db, &[id]).await?
    } else {
        Vec::new()
    };
    drop(db);
    let depth = depth(app, &reference, who, &stored);
    StaffReport::of(app, &stored, &photos, &reference, depth).await
}

/// The timeline of such a report, from just after `after`.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn staff_timeline(
    app: &App,
    who: &Staff,
    id: ReportId,
    after: i32,
) -> Result<Vec<StaffTimelineEntry>, Error> {
    let reference = app.reference()?;
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let stored = readable(app, &mut db, &reference, who, id).await?;
    let visible: &[Visibility] = match depth(app, &reference, who, &stored) {
        Depth::Whole => &[Visibility::Public, Visibility::Reporter, Visibility::Staff],
        Depth::Public => &[Visibility::Public],
    };
    let rows = store::timeline::list(&mut db, id, visible, after, TIMELINE_PAGE).await?;
    Ok(rows.into_iter().map(StaffTimelineEntry::from).collect())
}

async fn readable(
    app: &App,
    db: &mut PgConnection,
    reference: &Reference,
    who: &Staff,
    id: ReportId,
) -> Result<Stored, Error> {
    let stored = store::report::find(db, id, None).await?.ok_or(Error::ReportNotFound)?;
    let listed =
        stored.report.is_listed() && who.principal.may_somewhere(REPORT_READ, app.clock.now());
    if listed || depth(app, reference, who, &stored) == Depth::Whole {
        Ok(stored)
    } else {
        Err(Error::ReportNotFound)
    }
}

fn depth(app: &App, reference: &Reference, who: &Staff, stored: &Stored) -> Depth {
    let columns = stored.report.columns();
    let agencies = reference.chain(columns.agency.as_ref());
    let object =
        ObjectScope { ward: Some(stored.report.facts().ward.as_str()), agencies: &agencies };
    if who.principal.may(REPORT_READ, object, app.clock.now()) {
        Depth::Whole
    } else {
        Depth::Public
    }
}
