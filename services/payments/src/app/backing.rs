//! What backs the wallets: for officers at once, for everybody every day.

use chrono::{DateTime, Days, NaiveDate};
use city_auth::Staff;
use city_clock::{Timestamp, hue_day};
use city_contracts::event::Envelope;
use city_contracts::problem::Finding;
use city_events::outbox;
use city_ids::EventId;
use city_money::Vnd;
use city_receipt::{BackingStatement, SignedBacking};

use super::App;
use crate::domain::backing::Backing;
use crate::domain::limits::midnight;
use crate::error::{Error, fault};
use crate::sequencer::{Status, backing_event};
use crate::store;
use crate::store::backing::NewStatement;

/// Days back that certainly hold ten working days, the most that can be configured.
const FAR: Days = Days::new(40);
/// The most that a bank may tell, in dong.
const LARGEST_BALANCE: i64 = 1_000_000_000_000_000;

/// What backs the wallets now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackingNow {
    /// The sums.
    pub sums: Backing,
    /// The first day whose payments through providers count.
    pub since: NaiveDate,
    /// The last balance that the bank told.
    pub bank: Option<(NaiveDate, i64)>,
}

/// What backs the wallets after the last batch.
///
/// # Errors
/// When the database is away.
pub async fn backing(app: &App) -> Result<BackingNow, Error> {
    let today = hue_day(app.clock.now());
    let mut db = app.connection().await?;
    let bank = store::backing::bank_balance(&mut db).await?;
    let sums = if let Some(sums) = app.ledger.backing() {
        sums
    } else {
        let from = today.checked_sub_days(FAR).map_or(Timestamp::UNIX_EPOCH, midnight);
        let sums = store::backing::sums(&mut db, from).await;
        sums.map_err(fault("adding up what backs the wallets"))?
    };
    Ok(BackingNow { sums, since: app.ledger.backed_since(today), bank })
}

/// An officer enters what the bank told of the end of a day. Idempotent: a day has one balance.
///
/// # Errors
/// `Input`; `State` when the day has another balance.
pub async fn bank_balance(
    app: &App,
    staff: &Staff,
    day: NaiveDate,
    amount: Vnd,
) -> Result<(), Error> {
    let now = app.clock.now();
    let mut findings = Vec::new();
    if !(0..=LARGEST_BALANCE).contains(&amount.dong()) {
        let message = "a balance is 0 to a million billion dong";
        findings.push(Finding::new("/amount", "OUT_OF_RANGE", message));
    }
    if day >= hue_day(now) {
        let message = "the day has to be over";
        findings.push(Finding::new("/day", "OUT_OF_RANGE", message));
    }
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let mut db = app.connection().await?;
    let amount = amount.dong();
    let kept = store::backing::insert_bank_balance(&mut db, day, amount, staff.account, now);
    if kept.await? { Ok(()) } else { Err(Error::State) }
}

/// Publishes what backed the wallets at the end of yesterday, once; whether it did now. A shortfall that came with time alone
/// is told here. Only whoever leads does it, as the database says when it is written.
///
/// # Errors
/// When the database is away.
pub async fn publish_backing(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    // Signed to the microsecond, which is what the database keeps.
    let now = DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now);
    let today = hue_day(now);
    let Some(day) = today.pred_opt() else { return Ok(false) };
    // In this order: sums of a later leadership go with its epoch only.
    let Status::Leading { epoch } = app.ledger.status() else { return Ok(false) };
    let Some(sums) = app.ledger.backing().filter(|sums| sums.batch > 0) else { return Ok(false) };
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if store::backing::is_published(&mut tx, day).await? {
        return Ok(false);
    }
    let bank = store::backing::bank_balance(&mut tx).await?;
    let since = app.ledger.backed_since(today);
    let statement = BackingStatement {
        day: store::backing::number(day),
        wallets: sums.wallets,
        guarantee: sums.guarantee,
        transit: sums.transit(since),
        bank: bank.map(|(day, amount)| store::backing::told(day, amount)),
        batch: u64::try_from(sums.batch).unwrap_or_default(),
        batch_hash: sums.hash,
        at: now.timestamp_micros(),
    };
    let short = statement.shortfall() > 0;
    let signed = app.ledger.sign_backing(statement);
    let new = NewStatement { day, bank, at: now, epoch, signed: &signed };
    if !store::backing::insert(&mut tx, &new).await? {
        return Ok(false);
    }
    let kinds = [Some("BackingPublished"), short.then_some("BackingShort")];
    for kind in kinds.into_iter().flatten() {
        let id: EventId = app.ids.next(now);
        let event = Envelope::new(id, kind, now, backing_event(&sums, day, since));
        outbox::push(&mut tx, &event).await.map_err(fault("writing the outbox"))?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(true)
}

/// The published statement of a day.
///
/// # Errors
/// `NotFound`.
pub async fn find_backing(app: &App, day: NaiveDate) -> Result<SignedBacking, Error> {
    store::backing::find(&mut *app.connection().await?, day).await?.ok_or(Error::NotFound)
}
