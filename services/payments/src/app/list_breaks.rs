//! Officers look at where witnesses of payments disagree.

use city_contracts::common::{Edge, Page, PageArgs};

use super::{App, cursor};
use crate::error::Error;
use crate::store;
use crate::store::reconciliation::Break;

/// The most entries of a page.
const MOST: u32 = 100;

/// A page of breaks, what is due first first.
///
/// # Errors
/// `Input`.
pub async fn list_breaks(app: &App, all: bool, args: &PageArgs) -> Result<Page<Break>, Error> {
    let mut findings = Vec::new();
    let (first, after) = cursor::page(args, MOST, cursor::parse, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let mut db = app.connection().await?;
    let found = store::reconciliation::list_breaks(&mut db, all, after, limit).await?;
    let has_next_page = found.len() > first;
    let edges = found.into_iter().take(first);
    let edges =
        edges.map(|node| Edge { cursor: cursor::print(node.due_at, node.id.as_uuid()), node });
    Ok(Page { edges: edges.collect(), has_next_page })
}
