//! What moved in a wallet, as a file.

use std::collections::VecDeque;
use std::fmt::Write as _;

use chrono::NaiveDate;
use city_auth::Resident;
use city_clock::hue_offset;
use city_contracts::problem::Finding;
use futures_util::Stream;
use futures_util::stream::try_unfold;

use super::{App, view};
use crate::domain::csv::cell;
use crate::domain::limits::midnight;
use crate::error::Error;
use crate::store;
use crate::store::statement::{Line, Wanted};
use crate::store::wallet::Of;

/// The most civil days of a file.
const MOST_DAYS: i64 = 366;
/// Lines read at once: memory holds so many, however long the file is.
const BATCH: i64 = 500;

const HEAD: &str = "\u{FEFF}time,payment,purpose,counterparty,note,in,out,balance\r\n";

/// What moved in the resident's wallet within civil days, both included, as CSV: newest first, a movement a line, what arrived
/// and what left in columns of their own. Read in parts from places in the ledger, so parts meet without gap or repeat while
/// money moves, and no connection is held while a slow reader takes one.
///
/// # Errors
/// `Input`, `WalletRequired` before anything is sent; a database that goes away in between breaks the file off.
pub async fn statement_csv(
    app: &App,
    who: &Resident,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<impl Stream<Item = Result<String, Error>> + Send + 'static, Error> {
    let days = (to - from).num_days() + 1;
    if !(1..=MOST_DAYS).contains(&days) {
        let message = "ask for 1 to 366 days, the first not after the last";
        return Err(Error::Input(vec![Finding::new("/from", "OUT_OF_RANGE", message)]));
    }
    let after = to.succ_opt().unwrap_or(to);
    let wallet = store::wallet::find(&mut *app.connection().await?, Of::Owner(who.account)).await?;
    let wanted = Wanted {
        account: wallet.ok_or(Error::WalletRequired)?.account,
        before_seq: i64::MAX,
        from: midnight(from),
        until: midnight(after),
        limit: BATCH,
    };
    let parts = VecDeque::from([HEAD.to_owned()]);
    Ok(try_unfold((app.clone(), parts, Some(wanted)), async |(app, mut parts, wanted)| {
        if let Some(head) = parts.pop_front() {
            return Ok(Some((head, (app, parts, wanted))));
        }
        let Some(wanted) = wanted else { return Ok(None) };
        let lines = store::statement::page(&mut *app.connection().await?, wanted).await?;
        let Some(last) = lines.last() else { return Ok(None) };
        let full = i64::try_from(lines.len()).is_ok_and(|count| count == BATCH);
        let next = full.then_some(Wanted { before_seq: last.seq, ..wanted });
        let mut text = String::new();
        for line in &lines {
            print(line, &mut text);
        }
        Ok(Some((text, (app, parts, next))))
    }))
}

fn print(line: &Line, text: &mut String) {
    let at = line.at.with_timezone(&hue_offset()).format("%Y-%m-%dT%H:%M:%S%:z");
    let (into, out) = (line.amount.max(0), (-line.amount).max(0));
    let amount = |of: i64| if of == 0 { String::new() } else { of.to_string() };
    let other = cell(&view::counterparty(&line.other));
    let note = cell(line.note.as_deref().unwrap_or_default());
    let (payment, purpose, balance) = (line.posting, line.purpose.name(), line.balance_after);
    let (into, out) = (amount(into), amount(out));
    let line = writeln!(text, "{at},{payment},{purpose},{other},{note},{into},{out},{balance}\r");
    line.unwrap_or_default(); // a String takes all that fits into memory
}
