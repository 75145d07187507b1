//! Officers look at refunds.

use city_contracts::common::{Edge, Page, PageArgs};
use city_ids::RefundId;

use super::{App, cursor};
use crate::error::Error;
use crate::store;
use crate::store::refund::Known;

/// The most entries of a page.
const MOST: u32 = 100;

/// A page of all refunds, newest first.
///
/// # Errors
/// `Input`.
pub async fn list_refunds(app: &App, args: &PageArgs) -> Result<Page<Known>, Error> {
    let mut findings = Vec::new();
    let (first, before) = cursor::page(args, MOST, cursor::parse, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let found = store::refund::page(&mut *app.connection().await?, before, limit).await?;
    let has_next_page = found.len() > first;
    let edges = found.into_iter().take(first).map(|node| {
        let place = cursor::print(node.refund.requested_at, node.refund.id.as_uuid());
        Edge { cursor: place, node }
    });
    Ok(Page { edges: edges.collect(), has_next_page })
}

/// One refund.
///
/// # Errors
/// `NotFound`.
pub async fn find_refund(app: &App, id: RefundId) -> Result<Known, Error> {
    store::refund::find(&mut *app.connection().await?, id).await?.ok_or(Error::NotFound)
}
