//! What residents and everybody else read.

use city_contracts::common::{Edge, Page};
use city_contracts::problem::Finding;
use city_contracts::reports::{CategoryView, ListReports, ReportFilter, ReportView};
use city_ids::{AccountId, ReportId};

use crate::domain::{CategoryCode, WardCode};
use crate::error::{Error, fault};
use crate::events::domain_state;
use crate::reference::Reference;
use crate::store;
use crate::store::report::Filter;
use crate::store::row::Stored;

use super::App;
use super::cursor::{Cursor, page};
use super::view::{Viewer, view_of, views_of};

/// Entries of a resident's page.
const MOST: u32 = 50;
/// Codes in one filter.
const MOST_CODES: usize = 60;
/// Ids of a batch.
const MOST_NODES: usize = 100;

/// One report.
///
/// # Errors
/// [`Error::ReportNotFound`], also for one that the viewer may not know of.
pub async fn report(app: &App, viewer: Viewer, id: ReportId) -> Result<ReportView, Error> {
    let (reference, now) = (app.reference()?, app.clock.now());
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    view_of(app, &mut db, &reference, id, viewer, now).await
}

/// The public feed, newest first.
///
/// # Errors
/// [`Error::Input`] for a page or filter out of bounds.
pub async fn feed(
    app: &App,
    viewer: Viewer,
    request: &ListReports,
) -> Result<Page<ReportView>, Error> {
    list(app, viewer, request, None).await
}

/// The caller's own reports, newest first.
///
/// # Errors
/// [`Error::Input`] for a page or filter out of bounds.
pub async fn mine(
    app: &App,
    of: AccountId,
    request: &ListReports,
) -> Result<Page<ReportView>, Error> {
    list(app, Viewer::Resident(of), request, Some(of)).await
}

async fn list(
    app: &App,
    viewer: Viewer,
    request: &ListReports,
    of: Option<AccountId>,
) -> Result<Page<ReportView>, Error> {
    let (reference, now) = (app.reference()?, app.clock.now());
    let mut findings = Vec::new();
    let (first, after) = page(&request.page, MOST, &mut findings);
    let filter = filter(&request.filter, &reference, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let limit = i64::from(first) + 1; // one more tells whether there is a next page
    let mut stored = match of {
        Some(account) => store::report::list_mine(&mut db, &filter, account, after, limit).await?,
        None => {
            store::report::list_public(&mut db, &filter, viewer.account(), after, limit).await?
        }
    };
    let has_next_page = stored.len() > usize::try_from(first).unwrap_or(usize::MAX);
    stored.truncate(usize::try_from(first).unwrap_or(usize::MAX));
    let views = views_of(app, &mut db, &reference, &stored, viewer, now).await?;
    let edges = views.into_iter().map(|node| {
        let cursor = Cursor { at: Some(node.filed_at), id: node.id }.print();
        Edge { cursor, node }
    });
    Ok(Page { edges: edges.collect(), has_next_page })
}

/// The categories a resident can choose, topics first.
///
/// # Errors
/// [`Error::NotReady`].
pub fn categories(app: &App) -> Result<Vec<CategoryView>, Error> {
    Ok(app.reference()?.categories.offered().to_vec())
}

/// Reports by wire id, in their order; nothing where there is none or the viewer may not know of it.
///
/// # Errors
/// [`Error::Input`] for more than 100 ids.
pub async fn nodes(
    app: &App,
    viewer: Viewer,
    ids: &[String],
) -> Result<Vec<Option<ReportView>>, Error> {
    if ids.len() > MOST_NODES {
        return Err(Error::invalid(
            "/ids",
            "TOO_MANY",
            format!("ask for at most {MOST_NODES} ids"),
        ));
    }
    let (reference, now) = (app.reference()?, app.clock.now());
    let wanted: Vec<_> = ids.iter().map(|raw| ReportId::parse(raw).ok()).collect();
    let uuids: Vec<_> = wanted.iter().flatten().map(|id| id.as_uuid()).collect();
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let stored = store::report::find_all(&mut db, &uuids, viewer.account()).await?;
    let visible: Vec<Stored> =
        stored.into_iter().filter(|stored| viewer.may_see(&stored.report)).collect();
    let views = views_of(app, &mut db, &reference, &visible, viewer, now).await?;
    Ok(wanted
        .iter()
        .map(|id| id.and_then(|id| views.iter().find(|view| view.id == id).cloned()))
        .collect())
}

/// A filter against the registry; a topic means all its leaves.
fn filter(wire: &ReportFilter, reference: &Reference, findings: &mut Vec<Finding>) -> Filter {
    let bounded = |field: &str, count: usize, findings: &mut Vec<Finding>| {
        if count > MOST_CODES {
            findings.push(Finding::new(field, "TOO_MANY", format!("name at most {MOST_CODES}")));
        }
    };
    bounded("/filter/categoryCodes", wire.category_codes.len(), findings);
    bounded("/filter/wardCodes", wire.ward_codes.len(), findings);
    bounded("/filter/states", wire.states.len(), findings);
    let mut categories = Vec::new();
    for (index, raw) in wire.category_codes.iter().enumerate().take(MOST_CODES) {
        let leaves = CategoryCode::parse(raw)
            .map(|code| reference.categories.leaves(&code))
            .unwrap_or_default();
        if leaves.is_empty() {
            let field = format!("/filter/categoryCodes/{index}");
            findings.push(Finding::new(field, "CATEGORY_UNKNOWN", "this is not a category"));
        }
        categories.extend(leaves);
    }
    for (index, raw) in wire.ward_codes.iter().enumerate().take(MOST_CODES) {
        if WardCode::parse(raw).ok().and_then(|code| reference.ward(&code)).is_none() {
            findings.push(Finding::new(
                format!("/filter/wardCodes/{index}"),
                "WARD_UNKNOWN",
                "this is not a ward of today",
            ));
        }
    }
    let states: Vec<_> =
        wire.states.iter().map(|state| domain_state(*state).as_str().to_owned()).collect();
    let unless_empty = |list: Vec<String>| (!list.is_empty()).then_some(list);
    Filter {
        categories: unless_empty(categories),
        wards: unless_empty(wire.ward_codes.clone()),
        states: unless_empty(states),
        open: wire.open,
    }
}
