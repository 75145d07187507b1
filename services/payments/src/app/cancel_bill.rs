//! A bill of a biller is taken back: by an officer, or by the biller itself.

use city_contracts::payments::BillView;
use city_ids::BillerId;
use uuid::Uuid;

use super::freeze_wallet::unexpected;
use super::pay::cancellation;
use super::pay_bill::cancelled;
use super::{App, view};
use crate::domain::bill::outcome;
use crate::domain::input;
use crate::domain::ledger::{Code, Command, CommandRefusal, Decision, Verdict};
use crate::error::{Error, broken};
use crate::store;

/// An amendment may come between as often as this.
const TRIES: usize = 5;

/// Cancels a bill unless it is paid: the ledger decides which was first. Idempotent: a cancelled bill stays so. `actor` is the
/// officer or the biller.
///
/// # Errors
/// `NotFound`, `State` for a bill that another service asked for, `Refused` with `ALREADY_RESOLVED` for a paid one, `Input`.
#[tracing::instrument(name = "payments.cancel_bill", skip_all, fields(biller.id = %biller))]
pub async fn cancel_bill(
    app: &App,
    actor: Uuid,
    biller: BillerId,
    number: &str,
    reason: &str,
) -> Result<BillView, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    for _ in 0..TRIES {
        let now = app.clock.now();
        let bill = {
            let mut db = app.connection().await?;
            store::bill::find_by_number(&mut db, biller, number).await?.ok_or(Error::NotFound)?
        };
        if bill.source_ref.is_some() {
            return Err(Error::State); // whoever asked for it takes it back
        }
        match bill.claim {
            Some((outcome::CANCELLED, _)) => return Ok(view::bill(app, bill, now)),
            Some((outcome::PAID, winner)) => {
                let winner = city_ids::PostingId::restore(winner);
                let details = serde_json::json!({ "outcome": "PAID", "winner": winner });
                return Err(Error::Refused { code: Code::AlreadyResolved, details });
            }
            Some(_) | None => {}
        }
        let id = cancellation(bill.revision);
        let command = Command {
            id,
            decision: Decision::Resolve { subject: bill.revision, outcome: outcome::CANCELLED },
            actor,
            reason: reason.clone(),
            events: vec![cancelled(&bill, id, now)],
        };
        match app.ledger.command(command).await? {
            // Read again: it is cancelled now, paid, or another revision counts.
            Verdict::Commanded { .. }
            | Verdict::CommandRefused(CommandRefusal::AlreadyResolved { .. }) => {}
            other => return Err(unexpected(&other)),
        }
    }
    Err(broken("cancelling a bill", "it is amended again and again"))
}
