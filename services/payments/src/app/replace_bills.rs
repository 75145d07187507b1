//! Amended bills: the revision that counted is claimed as replaced, and the next one counts from then on. Whoever paid the old
//! one first has paid the bill: the ledger decides.

use futures_util::future::join_all;

use super::App;
use super::freeze_wallet::unexpected;
use super::pay::replacement;
use crate::domain::bill::outcome;
use crate::domain::bill_file::RefusedLine;
use crate::domain::ledger::{Command, CommandRefusal, Decision, Verdict};
use crate::error::{Error, fault};
use crate::store;
use crate::store::bill_apply::Waiting;

/// Bills of a step: their commands share a batch of the ledger.
const MOST: i64 = 200;

/// Has the ledger claim what is to be replaced; false when nothing was to do. Idempotent by an id that follows from the revision.
///
/// # Errors
/// When the ledger or the database is away; nothing is lost, it is tried again.
pub async fn replace_some(app: &App) -> Result<bool, Error> {
    let waiting = store::bill_apply::list_waiting(&mut *app.connection().await?, MOST).await?;
    let asked = join_all(waiting.iter().map(|bill| ask(app, bill))).await;
    for (bill, outcome) in waiting.iter().zip(asked) {
        match outcome? {
            Asked::More => {}
            Asked::Settled => {
                store::bill_apply::settle(&mut *app.connection().await?, bill, false).await?;
            }
            Asked::TooLate(reason) => too_late(app, bill, reason).await?,
        }
    }
    Ok(!waiting.is_empty())
}

enum Asked {
    /// The last revision counts.
    Settled,
    /// It is to be looked at again.
    More,
    /// It ended before.
    TooLate(&'static str),
}

async fn ask(app: &App, bill: &Waiting) -> Result<Asked, Error> {
    match bill.outcome {
        _ if bill.no == bill.last_no => return Ok(Asked::Settled),
        Some(outcome::PAID) => return Ok(Asked::TooLate("BILL_PAID")),
        Some(_) => return Ok(Asked::TooLate("BILL_CANCELLED")),
        None => {}
    }
    let command = Command {
        id: replacement(bill.revision),
        decision: Decision::Resolve { subject: bill.revision, outcome: outcome::REPLACED },
        actor: bill.job,
        reason: "the biller amended it".to_owned(),
        events: Vec::new(),
    };
    match app.ledger.command(command).await? {
        Verdict::Commanded { .. } if bill.no + 1 == bill.last_no => Ok(Asked::Settled),
        Verdict::Commanded { .. }
        | Verdict::CommandRefused(CommandRefusal::AlreadyResolved { .. }) => Ok(Asked::More),
        other => Err(unexpected(&other)),
    }
}

async fn too_late(app: &App, bill: &Waiting, reason: &'static str) -> Result<(), Error> {
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if store::bill_apply::settle(&mut tx, bill, true).await? {
        let line = u64::try_from(bill.line).unwrap_or_default();
        let refused = RefusedLine { line, number: Some(bill.number.clone()), reason };
        let most = super::import_bills::MOST_REFUSED;
        store::bill_import::refuse(&mut tx, bill.job, &[refused], most).await?;
    }
    tx.commit().await.map_err(fault("committing"))
}
