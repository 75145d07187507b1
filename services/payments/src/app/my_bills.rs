//! A resident looks at their bills.

use city_auth::Resident;
use city_contracts::common::{Edge, Page, PageArgs};
use city_contracts::payments::BillView;
use city_ids::BillId;

use super::pay_bill::visible;
use super::{App, cursor, view};
use crate::error::Error;
use crate::store;

/// The most bills of a page.
const MOST: u32 = 50;

/// A page of the resident's bills, newest first.
///
/// # Errors
/// `Input`.
pub async fn my_bills(app: &App, who: &Resident, args: &PageArgs) -> Result<Page<BillView>, Error> {
    let mut findings = Vec::new();
    let (first, after) = cursor::page(args, MOST, cursor::parse, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let mut db = app.connection().await?;
    let found = store::bill::list_mine(&mut db, who.account, after, limit).await?;
    let has_next_page = found.len() > first;
    let now = app.clock.now();
    let edges = found
        .into_iter()
        .take(first)
        .map(|bill| Edge {
            cursor: cursor::print(bill.opened_at, bill.id.as_uuid()),
            node: view::bill(app, bill, now),
        })
        .collect();
    Ok(Page { edges, has_next_page })
}

/// One bill: the resident's own, or one that is nobody's.
///
/// # Errors
/// `NotFound`.
pub async fn my_bill(app: &App, who: &Resident, id: BillId) -> Result<BillView, Error> {
    Ok(view::bill(app, visible(&mut *app.connection().await?, who, id).await?, app.clock.now()))
}
