//! What waits for a second officer.

use city_contracts::common::{Edge, Page, PageArgs};
use uuid::Uuid;

use super::{App, cursor};
use crate::domain::approval::{Approval, Kind};
use crate::error::Error;
use crate::store;

/// The most entries of a page.
const MOST: u32 = 100;

/// A page of the requests of some kinds that nobody decided yet, oldest first.
///
/// # Errors
/// `Input`.
pub async fn list_approvals(
    app: &App,
    kinds: &[Kind],
    args: &PageArgs,
) -> Result<Page<Approval>, Error> {
    let mut findings = Vec::new();
    let (first, after) = cursor::page(args, MOST, cursor::parse, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let mut db = app.connection().await?;
    let found = store::approval::list_waiting(&mut db, kinds, after, limit).await?;
    drop(db);
    let has_next_page = found.len() > first;
    let edges = found
        .into_iter()
        .take(first)
        .map(|node| Edge { cursor: cursor::print(node.requested_at, node.id), node })
        .collect();
    Ok(Page { edges, has_next_page })
}

/// One request, decided or not.
///
/// # Errors
/// `NotFound`.
pub async fn find_approval(app: &App, id: Uuid) -> Result<Approval, Error> {
    store::approval::find(&mut *app.connection().await?, id).await?.ok_or(Error::NotFound)
}
