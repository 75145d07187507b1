//! At midnight payees get what is on their account: set aside to be wired, with a report of what it is made of.

use city_clock::{Timestamp, hue_day};
use city_contracts::payments::{SettlementEvent, SettlementRhythm};
use city_ids::PostingId;
use city_receipt::{derive, sha256};
use uuid::Uuid;

use super::App;
use super::freeze_wallet::unexpected;
use crate::domain::ledger::{AccountNo, Claim, Class, Code, Posting, Refused, Verdict};
use crate::domain::settlement::{self as rules, Report, Settlement, TRIES, legs, monday, payable};
use crate::error::{Error, broken, fault};
use crate::events;
use crate::store;

/// Opens the settlements of the present day, once a day: of all who are settled daily, and on the first day seen of a week of
/// those who are settled weekly. Whether there was anything to do.
///
/// # Errors
/// When the database is away.
pub async fn open_settlements(app: &App, now: Timestamp) -> Result<bool, Error> {
    let today = hue_day(now);
    let runs = [(SettlementRhythm::Daily, today), (SettlementRhythm::Weekly, monday(today))];
    let mut begun = false;
    for (rhythm, day) in runs {
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        if store::settlement::begin_run(&mut tx, rhythm, day, now).await? {
            let due = store::settlement::list_due(&mut tx, rhythm).await?;
            let due: Vec<_> =
                due.into_iter().map(|(account, ext)| (rules::id(ext, day), account)).collect();
            store::settlement::open(&mut tx, &due, day, now).await?;
            begun = true;
        }
        tx.commit().await.map_err(fault("committing"))?;
    }
    Ok(begun)
}

/// Closes a settlement: the payee's balance and the report of it in one posting. Idempotent: the posting claims that the
/// settlement is closed, so it is found again whatever its id is, also after a crash. A payment on the way is in this one or in
/// the next.
///
/// # Errors
/// When the ledger or the database is away; it is tried again.
#[tracing::instrument(name = "payments.settle", skip_all, fields(settlement.id = %settlement.id))]
pub async fn close_settlement(app: &App, settlement: &Settlement) -> Result<(), Error> {
    let mut reason = "every id was taken";
    for _ in 0..TRIES {
        let id = match closed_or_next(app, settlement).await? {
            Next::Closed(by) => return finish(app, settlement, Some(by)).await,
            Next::Post(id) => id,
        };
        let Some(report) = report(app, settlement).await? else {
            // Nothing is there, unless somebody at once with us was quicker.
            return match closed_or_next(app, settlement).await? {
                Next::Closed(by) => finish(app, settlement, Some(by)).await,
                Next::Post(_) => finish(app, settlement, None).await,
            };
        };
        match post(app, settlement, id, &report).await? {
            Verdict::Created(_) => return finish(app, settlement, Some(id)).await,
            Verdict::KeyReused => {} // somebody used it just now: the next id cannot be guessed
            Verdict::Refused(Refused { winner: Some(by), .. }) => {
                return finish(app, settlement, Some(by)).await; // somebody at once with us closed it
            }
            Verdict::Refused(refused) => {
                reason = refused.code.name();
                // A refund took from the balance between reading and moving it; the refusal is final for this id alone.
                if refused.code != Code::InsufficientFunds {
                    break;
                }
            }
            other => return Err(unexpected(&other)),
        }
    }
    tracing::error!(reason, "The ledger does not settle {}: {reason}", settlement.id);
    let mut db = app.connection().await?;
    store::settlement::finish(&mut db, settlement.id, "REFUSED", None).await
}

/// Where a settlement is.
enum Next {
    /// This posting closed it.
    Closed(Uuid),
    /// It is not closed; a posting of this id may close it.
    Post(Uuid),
}

/// What closed a settlement, or the id to try next: the one that follows from payee and day, or any other where that is spent,
/// refused or used by somebody for something else.
async fn closed_or_next(app: &App, settlement: &Settlement) -> Result<Next, Error> {
    let mut db = app.connection().await?;
    let claimed = store::payment::find_winner(&mut db, rules::closing(settlement.id)).await?;
    if let Some(by) = claimed {
        return Ok(Next::Closed(by));
    }
    let id = rules::posting(settlement.ext, settlement.period);
    Ok(match store::payment::find_known(&mut db, id).await? {
        None => Next::Post(id),
        // Its posting is of before settlements were claimed.
        Some(known) if known.refused.is_none() && known.req_hash == req_hash(settlement) => {
            Next::Closed(id)
        }
        Some(_) => Next::Post(app.ids.uuid(app.clock.now())),
    })
}

async fn finish(app: &App, settlement: &Settlement, id: Option<Uuid>) -> Result<(), Error> {
    let outcome = if id.is_some() { "CLOSED" } else { "NOTHING" };
    let mut db = app.connection().await?;
    store::settlement::finish(&mut db, settlement.id, outcome, id).await
}

/// What the payee has, and what it is made of, in one snapshot.
async fn report(app: &App, settlement: &Settlement) -> Result<Option<Report>, Error> {
    let snapshot = app.db.begin_with("begin isolation level repeatable read read only");
    let mut tx = snapshot.await.map_err(fault("beginning"))?;
    let payee = settlement.payee;
    let standing = store::settlement::standing(&mut tx, payee).await?;
    let before = store::settlement::report_before(&mut tx, payee, settlement.period).await?;
    let (after, opening) =
        before.as_ref().map_or((0, 0), |(_, report)| (report.upto, report.carried.dong()));
    let without = before.map(|(posting, _)| posting);
    let moves = store::settlement::moves(&mut tx, payee, after, standing.upto, without).await?;
    tx.commit().await.map_err(fault("reading what a payee got"))?;
    let report = Report::of(settlement.id, settlement.period, opening, moves, standing);
    report.map_err(|error| broken("settling a payee", error))
}

async fn post(
    app: &App,
    settlement: &Settlement,
    id: Uuid,
    report: &Report,
) -> Result<Verdict, Error> {
    let payable = open_payable(app, settlement).await?;
    let doc = serde_json::to_string(report);
    let told = SettlementEvent {
        settlement: settlement.id,
        payee: settlement.ext.to_string(),
        payment: PostingId::restore(id),
        period: settlement.period,
        amount: report.net,
    };
    let event = events::event(derive("event.settled", id), "SettlementClosed", &told);
    let hash = req_hash(settlement);
    let moving = legs(settlement.payee, payable, report.net.dong(), settlement.id);
    let posting = Posting {
        claims: vec![Claim { subject: rules::closing(settlement.id), outcome: rules::CLOSED }],
        doc: Some(doc.map_err(|error| broken("writing a report", error))?),
        events: vec![event],
        ..Posting::new(id, hash, moving)
    };
    posting.check().map_err(|error| broken("settling a payee", error))?;
    Ok(app.ledger.post(posting).await?)
}

/// Two workers at once may have read different balances: the first report counts, for both.
fn req_hash(settlement: &Settlement) -> [u8; 32] {
    sha256(&[b"settlement", settlement.id.as_uuid().as_bytes()])
}

/// Where the settled money of a payee waits to be wired.
pub(super) async fn open_payable(app: &App, settlement: &Settlement) -> Result<AccountNo, Error> {
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let ext = payable(settlement.ext);
    let payable = store::ledger::open(&mut tx, ext, Class::Payable, None).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(payable)
}
