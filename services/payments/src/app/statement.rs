//! What moved in a wallet.

use chrono::{DateTime, Days};
use city_auth::{Resident, Staff};
use city_clock::Timestamp;
use city_contracts::common::{Edge, Page};
use city_contracts::payments::{ReadStatement, StatementLine};
use city_contracts::problem::Finding;
use city_ids::WalletId;
use city_money::Vnd;
use sqlx::PgConnection;

use super::{App, cursor, view};
use crate::domain::input;
use crate::domain::ledger::AccountNo;
use crate::domain::limits::midnight;
use crate::error::Error;
use crate::store;
use crate::store::statement::{Line, Wanted};
use crate::store::wallet::Of;

/// The most lines of a page.
const MOST: u32 = 50;

/// A page of the resident's own movements, newest first.
///
/// # Errors
/// `Input`, `WalletRequired`.
pub async fn statement(
    app: &App,
    who: &Resident,
    asked: &ReadStatement,
) -> Result<Page<StatementLine>, Error> {
    let mut db = app.connection().await?;
    let wallet = store::wallet::find(&mut db, Of::Owner(who.account)).await?;
    let wallet = wallet.ok_or(Error::WalletRequired)?;
    page(&mut db, wallet.account, asked).await
}

/// The same for an officer, who says why: the wallet's owner may see who looked.
///
/// # Errors
/// `Input`, `NotFound`.
pub async fn staff_statement(
    app: &App,
    staff: &Staff,
    wallet: WalletId,
    reason: &str,
    asked: &ReadStatement,
) -> Result<Page<StatementLine>, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let found = store::wallet::find(&mut db, Of::Id(wallet)).await?.ok_or(Error::NotFound)?;
    // Noted first: whoever is shown something has been noted.
    store::wallet::insert_access(&mut db, wallet, staff.account, &reason, now).await?;
    page(&mut db, found.account, asked).await
}

/// From 1970 to the last instant that PostgreSQL and chrono both know.
pub(super) const ALWAYS: (Timestamp, Timestamp) = (
    Timestamp::UNIX_EPOCH,
    DateTime::from_timestamp(253_402_300_799, 0).expect("it is within bounds"),
);

async fn page(
    db: &mut PgConnection,
    account: AccountNo,
    asked: &ReadStatement,
) -> Result<Page<StatementLine>, Error> {
    let mut findings = Vec::new();
    let (first, before) = cursor::page(&asked.page, MOST, cursor::parse_seq, &mut findings);
    let (from, until) = bounds(asked, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let wanted = Wanted {
        account,
        before_seq: before.unwrap_or(i64::MAX),
        from,
        until,
        limit: i64::try_from(first).unwrap_or(1) + 1,
    };
    let lines = store::statement::page(db, wanted).await?;
    let has_next_page = lines.len() > first;
    let edges = lines.into_iter().take(first).map(|line| edge(&line)).collect();
    Ok(Page { edges, has_next_page })
}

fn edge(line: &Line) -> Edge<StatementLine> {
    let node = StatementLine {
        id: format!("{}.{}", line.posting, line.leg),
        at: line.at,
        amount: Vnd::new(line.amount),
        balance_after: Vnd::new(line.balance_after),
        counterparty: view::counterparty(&line.other),
        payment: line.posting,
        purpose: view::purpose(line.purpose),
    };
    Edge { cursor: cursor::print_seq(line.seq), node }
}

/// The instants between which the wanted civil days lie.
fn bounds(asked: &ReadStatement, findings: &mut Vec<Finding>) -> (Timestamp, Timestamp) {
    if asked.from.zip(asked.to).is_some_and(|(from, to)| from > to) {
        let message = "the first day is not after the last";
        findings.push(Finding::new("/from", "OUT_OF_RANGE", message));
    }
    let after = asked.to.and_then(|to| to.checked_add_days(Days::new(1)));
    let (first, forever) = ALWAYS;
    let from = asked.from.map_or(first, midnight).max(first);
    (from.min(forever), after.map_or(forever, midnight).clamp(first, forever))
}
