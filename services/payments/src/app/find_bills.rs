//! A resident looks for billers, and for bills by what a biller knows a customer by.

use city_auth::Resident;
use city_contracts::common::{Edge, Page};
use city_contracts::payments::{BillView, BillerView, BillsByCode, ListBillers};
use city_contracts::problem::Finding;

use super::{App, cursor, find_payee, view};
use crate::domain::bill_file::customer_code;
use crate::error::Error;
use crate::store;

/// The most bills of a page.
const MOST: u32 = 50;
/// A city has hundreds.
const MOST_BILLERS: i64 = 1_000;

/// Who sends bills, by name.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn list_billers(app: &App, asked: ListBillers) -> Result<Vec<BillerView>, Error> {
    let purpose = asked.purpose.map(view::purpose_of);
    let mut db = app.connection().await?;
    let found = store::biller::list(&mut db, None, purpose, MOST_BILLERS).await?;
    Ok(found.into_iter().map(view::biller).collect())
}

/// A page of the bills of one customer of a biller, newest first; those that belong to a person are not among them. Each page
/// counts as a lookup, whatever comes of it, so that codes cannot be walked.
///
/// # Errors
/// `Input`, `LookupLimit`, `NotFound` of the biller.
pub async fn bills_by_code(
    app: &App,
    who: &Resident,
    asked: &BillsByCode,
) -> Result<Page<BillView>, Error> {
    let mut findings = Vec::new();
    let (first, after) = cursor::page(&asked.page, MOST, cursor::parse, &mut findings);
    let code = code(&asked.customer_code, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    find_payee::count(app, who, find_payee::Looked::Bills).await?;
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let (biller, now) = (asked.biller_id, app.clock.now());
    let mut db = app.connection().await?;
    let known = store::biller::list(&mut db, Some(&[biller.as_uuid()]), None, 1).await?;
    if known.is_empty() {
        return Err(Error::NotFound);
    }
    let found = store::bill::list_by_code(&mut db, biller, &code, after, limit).await?;
    let has_next_page = found.len() > first;
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

/// A customer's code as it is compared.
pub(super) fn code(raw: &str, findings: &mut Vec<Finding>) -> String {
    customer_code(raw).unwrap_or_else(|| {
        let message = "a customer's code is one line of 1 to 64 characters";
        findings.push(Finding::new("/customerCode", "LENGTH", message));
        String::new()
    })
}
