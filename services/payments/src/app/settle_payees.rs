//! At midnight payees get what is on their account: set aside to be wired, with a report of what it is made of.

use city_clock::{Timestamp, hue_day};
use city_contracts::payments::{SettlementEvent, SettlementRhythm};
use city_ids::PostingId;
use city_receipt::{derive, sha256};
use uuid::Uuid;

use super::App;
use super::freeze_wallet::unexpected;
use crate::domain::ledger::{AccountNo, Class, Code, Posting, Verdict};
use crate::domain::settlement::{
    self as rules, Report, Settlement, TRIES, legs, monday, payable, posting,
};
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

/// Closes a settlement: the payee's balance and the report of it in one posting. Idempotent: the id follows from payee and
/// day. A payment on the way is in this one or in the next.
///
/// # Errors
/// When the ledger or the database is away; it is tried again.
#[tracing::instrument(name = "payments.settle", skip_all, fields(settlement.id = %settlement.id))]
pub async fn close_settlement(app: &App, settlement: &Settlement) -> Result<(), Error> {
    for number in 1..=TRIES {
        let id = posting(settlement.ext, settlement.period, number);
        let answer = match answered(app, settlement, id).await? {
            Answer::None => match report(app, settlement).await? {
                Some(report) => post(app, settlement, id, &report).await?,
                // Nothing is there, unless somebody at once with us was quicker.
                None => answered(app, settlement, id).await?,
            },
            answer => answer,
        };
        match answer {
            Answer::None => return finish(app, settlement, None).await,
            Answer::Posted => return finish(app, settlement, Some(id)).await,
            // Somebody used the id for something else, or a refund took from the balance between reading and moving it: the
            // next id is as good.
            Answer::Foreign | Answer::Refused(Code::InsufficientFunds) => {}
            Answer::Refused(code) => {
                let reason = code.name();
                tracing::error!(reason, "The ledger does not settle {}", settlement.id);
                break;
            }
        }
    }
    let mut db = app.connection().await?;
    store::settlement::finish(&mut db, settlement.id, "REFUSED", None).await
}

/// What the ledger says of a posting.
enum Answer {
    /// It does not know it.
    None,
    /// It knows another one by this id.
    Foreign,
    Posted,
    Refused(Code),
}

/// What the ledger said of a posting before.
async fn answered(app: &App, settlement: &Settlement, id: Uuid) -> Result<Answer, Error> {
    let mut db = app.connection().await?;
    Ok(match store::payment::find_known(&mut db, id).await? {
        None => Answer::None,
        Some(known) if known.req_hash != req_hash(settlement) => Answer::Foreign,
        Some(known) => known.refused.map_or(Answer::Posted, |(code, _)| Answer::Refused(code)),
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
) -> Result<Answer, Error> {
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
        doc: Some(doc.map_err(|error| broken("writing a report", error))?),
        events: vec![event],
        ..Posting::new(id, hash, moving)
    };
    posting.check().map_err(|error| broken("settling a payee", error))?;
    match app.ledger.post(posting).await? {
        Verdict::Created(_) => Ok(Answer::Posted),
        Verdict::Refused(refused) => Ok(Answer::Refused(refused.code)),
        Verdict::KeyReused => Ok(Answer::Foreign),
        other => Err(unexpected(&other)),
    }
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
