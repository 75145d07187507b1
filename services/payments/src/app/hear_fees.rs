//! What the catalogue asks for: fees of dossiers become bills, and bills no longer wanted are cancelled.

use chrono::Days;
use city_clock::hue_day;
use city_contracts::catalogue::dossier_event::{DossierFeeCancelled, DossierFeeRequested};
use city_contracts::event::Envelope;
use city_contracts::payments::BillHeadView;
use city_events::{Handled, inbox, outbox};
use city_ids::{BillId, EventId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::App;
use super::freeze_wallet::unexpected;
use super::pay::cancellation;
use super::pay_bill::{cancelled, told};
use crate::domain::bill::{number, outcome, sum};
use crate::domain::ledger::{Command, CommandRefusal, Decision, Purpose, Verdict};
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::bill::NewBill;

/// Under this name the reference of a fee is claimed by whichever comes first, the bill or the word that it is not wanted. What one
/// instance read and did not handle waits while another handles what came later, so a cancellation may come before its request.
/// Rows of the inbox are kept for 30 days, longer than an event can be late: outboxes keep 14. A bill of longer ago, or of before
/// this was claimed, is there to be found; nothing needs its claim.
const FIRST_OF_A_FEE: &str = "dossier-fees.bill";
/// How long a bill without a deadline may wait before it is overdue.
const DAYS_TO_PAY: Days = Days::new(30);

/// Makes a bill of a fee of a dossier, unless it was cancelled already. Idempotent: claims the event, and a reference has one bill.
///
/// # Errors
/// `Internal` for a request that no bill can be made of; unavailable when the database is away.
pub async fn fee_requested(
    app: &App,
    consumer: &str,
    event: &Envelope<DossierFeeRequested>,
) -> Result<Handled, Error> {
    let now = app.clock.now();
    let asked = &event.body;
    let refused = |why: &'static str| broken("making a bill of a fee", why);
    let source = Uuid::try_parse(&asked.bill_ref).map_err(|_| refused("the reference is no id"))?;
    let heads: Vec<_> = asked
        .lines
        .iter()
        .map(|line| BillHeadView {
            code: line.code.clone(),
            name: line.name.clone(),
            amount: line.amount,
        })
        .collect();
    let total = sum(&heads);
    if total != Some(asked.amount) {
        // Nothing to pay makes no bill; anything else is a fault of whoever asked.
        return if total.is_none() && asked.amount.dong() == 0 {
            Ok(Handled::Ignored)
        } else {
            Err(refused("its lines do not add up to its amount"))
        };
    }
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if !inbox::claim(&mut tx, consumer, event.id, now).await.map_err(fault("claiming an event"))? {
        return Ok(Handled::Before);
    }
    if !is_first(app, &mut tx, source).await? {
        tx.commit().await.map_err(fault("committing"))?;
        return Ok(Handled::Ignored); // it was cancelled before it came, or asked for before
    }
    let day = hue_day(event.at);
    let (number, source_ref) = (number(source), source.to_string());
    let agency = &asked.payee_agency;
    let biller =
        store::bill::biller_of_agency(&mut tx, app.ids.next(now), agency, Purpose::PublicFee);
    let bill = NewBill {
        id: app.ids.next::<city_ids::Bill>(now),
        biller: biller.await?,
        number: &number,
        customer_code: &asked.code,
        payer: asked.payer,
        source_ref: &source_ref,
        revision: app.ids.uuid(now),
        due_date: asked.deadline.or_else(|| day.checked_add_days(DAYS_TO_PAY)).unwrap_or(day),
        heads: &heads,
        amount: asked.amount.dong(),
        at: now,
    };
    let opened: BillId = bill.id;
    if store::bill::insert(&mut tx, &bill).await? {
        let kept = store::bill::find(&mut tx, opened).await?;
        let kept = kept.ok_or_else(|| refused("it is not there after it was written"))?;
        let event = Envelope::new(app.ids.next(now), "BillOpened", now, told(&kept, now));
        outbox::push(&mut tx, &event).await.map_err(fault("writing the outbox"))?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(Handled::Now)
}

/// Whether nobody asked for a fee or cancelled it before, in the caller's transaction.
async fn is_first(app: &App, db: &mut PgConnection, source: Uuid) -> Result<bool, Error> {
    let first = inbox::claim(db, FIRST_OF_A_FEE, EventId::restore(source), app.clock.now()).await;
    first.map_err(fault("claiming a fee"))
}

/// Cancels the bill of a fee, unless it is paid: the ledger decides which was first. A fee without a bill gets none any more.
/// Idempotent by an id that follows from the bill.
///
/// # Errors
/// Unavailable when the ledger or the database is away.
pub async fn fee_cancelled(
    app: &App,
    consumer: &str,
    event: &Envelope<DossierFeeCancelled>,
) -> Result<Handled, Error> {
    let source = Uuid::try_parse(&event.body.bill_ref).ok();
    let source = source.ok_or_else(|| broken("cancelling a bill", "the reference is no id"))?;
    let bill = {
        let (mut db, source_ref) = (app.connection().await?, source.to_string());
        let found = store::bill::find_by_source(&mut db, &source_ref).await?;
        if found.is_none() && is_first(app, &mut db, source).await? {
            return Ok(Handled::Now); // whoever asks for it later gets no bill
        }
        match found {
            Some(bill) => Some(bill),
            // It was written meanwhile, or cancelled before.
            None => store::bill::find_by_source(&mut db, &source_ref).await?,
        }
    };
    let Some(bill) = bill else { return Ok(Handled::Ignored) };
    let id = cancellation(bill.revision);
    let command = Command {
        id,
        decision: Decision::Resolve { subject: bill.revision, outcome: outcome::CANCELLED },
        actor: event.id.as_uuid(),
        reason: "the catalogue no longer asks for it".to_owned(),
        events: vec![cancelled(&bill, id, app.clock.now())],
    };
    match app.ledger.command(command).await? {
        Verdict::Commanded { .. } => {}
        Verdict::CommandRefused(CommandRefusal::AlreadyResolved { .. }) => {
            tracing::info!(bill.id = %bill.id, "Did not cancel bill {}: it is paid", bill.id);
        }
        other => return Err(unexpected(&other)),
    }
    // What was done is the ledger's to remember; the claim only says that the event needs no second look.
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let first = inbox::claim(&mut db, consumer, event.id, now).await;
    let first = first.map_err(fault("claiming an event"))?;
    Ok(if first { Handled::Now } else { Handled::Before })
}
