//! Officers look at settlements, and payees at their own.

use chrono::NaiveDate;
use city_contracts::common::{Edge, Page, PageArgs};
use city_contracts::payments::SettlementView;
use city_ids::{PostingId, SettlementId};
use uuid::Uuid;

use super::{App, cursor, view};
use crate::domain::ledger::{AccountNo, Purpose};
use crate::domain::settlement::Settlement;
use crate::error::{Error, broken};
use crate::store;
use crate::store::settlement::Movement;

/// The most entries of a page.
const MOST: u32 = 100;
/// Movements that are read at once.
const CHUNK: i64 = 1_000;

/// A page of closed settlements, newest first: of all payees, or of some.
///
/// # Errors
/// `Input`.
pub async fn list_settlements(
    app: &App,
    of: Option<&[AccountNo]>,
    args: &PageArgs,
) -> Result<Page<SettlementView>, Error> {
    let mut findings = Vec::new();
    let (first, before) = cursor::page(args, MOST, place, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let mut db = app.connection().await?;
    let found = match of {
        None => store::settlement::page(&mut db, before, limit).await?,
        Some(payees) => store::settlement::page_of(&mut db, payees, before, limit).await?,
    };
    let has_next_page = found.len() > first;
    let shown = found.into_iter().take(first).filter_map(view::settlement);
    let edges = shown.map(|node| Edge {
        cursor: format!("{}.{}", node.period, node.id.as_uuid().simple()),
        node,
    });
    Ok(Page { edges: edges.collect(), has_next_page })
}

/// A place in the list: the period, then the id.
fn place(raw: &str) -> Option<(NaiveDate, Uuid)> {
    let (period, id) = raw.split_once('.')?;
    let id = (id.len() == 32).then(|| Uuid::try_parse(id).ok()).flatten()?;
    Some((period.parse().ok()?, id))
}

/// One settlement.
///
/// # Errors
/// `NotFound`, also of one that is not closed yet.
pub async fn find_settlement(app: &App, id: SettlementId) -> Result<SettlementView, Error> {
    let found = store::settlement::find(&mut *app.connection().await?, id).await?;
    found.and_then(view::settlement).ok_or(Error::NotFound)
}

/// The report of a settlement as lines, a part at a time: its movements, then what they come to. The amounts of all lines
/// but `NET`, those of `REFUND`, `FEE` and `CARRIED` taken off, are the amount of `NET`.
#[derive(Debug)]
pub struct Lines {
    settlement: Settlement,
    after: i64,
    without: Option<Uuid>,
    begun: bool,
    done: bool,
}

impl Lines {
    /// Begins.
    ///
    /// # Errors
    /// `NotFound`, also of one that is not closed yet.
    pub async fn of(app: &App, id: SettlementId) -> Result<Self, Error> {
        Self::of_payees(app, None, id).await
    }

    /// Begins, if it is a settlement of one of these payees.
    ///
    /// # Errors
    /// `NotFound`, also of one that is not closed yet.
    pub(super) async fn of_payees(
        app: &App,
        of: Option<&[AccountNo]>,
        id: SettlementId,
    ) -> Result<Self, Error> {
        let mut db = app.connection().await?;
        let found = store::settlement::find(&mut db, id).await?;
        let settlement = found.filter(|found| {
            found.closed.is_some() && of.is_none_or(|payees| payees.contains(&found.payee))
        });
        let settlement = settlement.ok_or(Error::NotFound)?;
        let before =
            store::settlement::report_before(&mut db, settlement.payee, settlement.period).await?;
        let after = before.as_ref().map_or(0, |(_, report)| report.upto);
        let without = before.map(|(posting, _)| posting);
        Ok(Self { settlement, after, without, begun: false, done: false })
    }

    /// The next part; none at the end.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn next(&mut self, app: &App) -> Result<Option<String>, Error> {
        if self.done {
            return Ok(None);
        }
        let Some((.., report)) = &self.settlement.closed else { return Ok(None) };
        let mut text = String::new();
        if !self.begun {
            self.begun = true;
            text.push_str("\u{feff}line,at,payment,amount\r\n");
            text.push_str(&total("OPENING", report.opening.dong()));
        }
        let mut db = app.connection().await?;
        let span = (self.after, report.upto);
        let payee = self.settlement.payee;
        let moved = store::settlement::movements(&mut db, payee, span, self.without, CHUNK).await?;
        for movement in &moved {
            text.push_str(&line(movement)?);
        }
        let full = i64::try_from(moved.len()).is_ok_and(|len| len == CHUNK);
        if let Some(last) = moved.last().filter(|_| full) {
            self.after = last.seq;
        } else {
            text.push_str(&total("CARRIED", report.carried.dong()));
            text.push_str(&total("NET", report.net.dong()));
            self.done = true;
        }
        Ok(Some(text))
    }
}

fn total(name: &str, amount: i64) -> String {
    format!("{name},,,{amount}\r\n")
}

/// No cell begins with a sign that a spreadsheet takes for a formula: what left is named so.
fn line(of: &Movement) -> Result<String, Error> {
    let purpose = Purpose::of(of.purpose);
    let purpose = purpose.ok_or_else(|| broken("writing a report", of.seq.to_string()))?;
    let name = match (of.amount > 0, purpose) {
        (true, Purpose::Settlement) => "RETURNED",
        (true, _) => "PAYMENT",
        (false, Purpose::Refund) => "REFUND",
        (false, Purpose::Fee) => "FEE",
        (false, _) => "OUT",
    };
    let at = of.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let (payment, amount) = (PostingId::restore(of.posting), of.amount.unsigned_abs());
    Ok(format!("{name},{at},{payment},{amount}\r\n"))
}
