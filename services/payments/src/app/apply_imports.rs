//! Received files of bills are applied: new bills are opened, changed ones get a further revision.

use city_contracts::event::Envelope;
use city_events::outbox;
use city_ids::BillId;
use sqlx::PgConnection;

use super::App;
use super::import_bills::MOST_REFUSED;
use super::pay_bill::told;
use crate::domain::bill::outcome;
use crate::domain::bill_file::RefusedLine;
use crate::error::{Error, fault};
use crate::store;
use crate::store::bill_apply::{Candidate, Writing};
use crate::store::bill_import::{Counts, Job};

/// Bills applied by one step.
const BATCH: i64 = 1_000;

/// What becomes of a received bill.
enum Fate {
    Opens,
    /// A further revision of this number.
    Amends(BillId, i32),
    Unchanged,
    Refused(&'static str),
}

/// Applies the next part of the oldest file that waits, or all of it if it is all or nothing; false when nothing was to do.
/// Idempotent: what is applied is forgotten in the same transaction.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn apply_some(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let Some(job) = store::bill_apply::lock_next(&mut tx).await? else { return Ok(false) };
    store::bill_apply::lock_biller(&mut tx, job.biller).await?;
    let mut worked = false;
    loop {
        let candidates = store::bill_apply::next(&mut tx, &job, 0, BATCH).await?;
        let Some(last) = candidates.last().map(|candidate| candidate.line) else { break };
        worked = true;
        let (counts, refused) = apply(app, &mut tx, &job, &candidates).await?;
        if job.atomic && !refused.is_empty() {
            drop(tx); // none of it
            return refuse_all(app, &job).await.map(|()| true);
        }
        store::bill_import::refuse(&mut tx, job.id, &refused, MOST_REFUSED).await?;
        store::bill_apply::advance(&mut tx, &job, last, counts).await?;
        if !job.atomic {
            break;
        }
    }
    worked |= store::bill_apply::finish(&mut tx, job.id, now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(worked)
}

async fn apply(
    app: &App,
    db: &mut PgConnection,
    job: &Job,
    candidates: &[Candidate],
) -> Result<(Counts, Vec<RefusedLine>), Error> {
    let now = app.clock.now();
    let (mut counts, mut refused) = (Counts::default(), Vec::new());
    let (mut writings, mut opened, mut amended) = (Vec::new(), Vec::new(), Vec::new());
    for candidate in candidates {
        let (bill, no) = match fate(candidate) {
            Fate::Opens => {
                let bill: BillId = app.ids.next(now);
                opened.push(bill.as_uuid());
                (bill, 1)
            }
            Fate::Amends(bill, no) => {
                amended.push((bill, candidate.line));
                (bill, no)
            }
            Fate::Unchanged => {
                counts.unchanged += 1;
                continue;
            }
            Fate::Refused(reason) => {
                refused.push(RefusedLine {
                    line: u64::try_from(candidate.line).unwrap_or_default(),
                    number: Some(candidate.number.clone()),
                    reason,
                });
                continue;
            }
        };
        let revision = app.ids.uuid(now);
        writings.push(Writing { number: candidate.number.clone(), bill, revision, no });
    }
    let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
    (counts.opened, counts.amended) = (count(opened.len()), count(amended.len()));
    counts.refused = count(refused.len());
    store::bill_apply::write(db, job, &writings, now).await?;
    store::bill_apply::note_replacing(db, job, &amended, now).await?;
    for (bill, account) in store::bill_watch::list_told(db, &opened).await? {
        if let Some(bill) = store::bill::find(db, bill).await? {
            let mut body = told(&bill, now);
            body.account = Some(account);
            let event = Envelope::new(app.ids.next(now), "BillOpened", now, body);
            outbox::push(db, &event).await.map_err(fault("writing the outbox"))?;
        }
    }
    Ok((counts, refused))
}

fn fate(candidate: &Candidate) -> Fate {
    let Some(known) = &candidate.known else { return Fate::Opens };
    let hash = Some(&candidate.content_hash);
    let waits = known.last_no > known.no;
    if !known.is_billers {
        Fate::Refused("NUMBER_TAKEN")
    } else if known.customer_code.as_ref() != Some(&candidate.customer_code) {
        Fate::Refused("CUSTOMER_CHANGED")
    } else if known.content_hash.as_ref() == hash && (!waits || known.outcome.is_some()) {
        Fate::Unchanged
    } else {
        match known.outcome {
            Some(outcome::PAID) => Fate::Refused("BILL_PAID"),
            Some(_) => Fate::Refused("BILL_CANCELLED"),
            None if waits && known.last_hash.as_ref() == hash => Fate::Unchanged,
            None => Fate::Amends(known.id, known.last_no + 1),
        }
    }
}

/// Of a file that is all or nothing, nothing: says which bills were against it.
async fn refuse_all(app: &App, job: &Job) -> Result<(), Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let mut after = 0;
    let mut refused = 0;
    loop {
        let candidates = store::bill_apply::next(&mut tx, job, after, BATCH).await?;
        let Some(last) = candidates.last() else { break };
        after = last.line;
        let lines = candidates.iter().filter_map(|candidate| match fate(candidate) {
            Fate::Refused(reason) => Some(RefusedLine {
                line: u64::try_from(candidate.line).unwrap_or_default(),
                number: Some(candidate.number.clone()),
                reason,
            }),
            _ => None,
        });
        let lines: Vec<_> = lines.collect();
        refused += i64::try_from(lines.len()).unwrap_or(i64::MAX);
        store::bill_import::refuse(&mut tx, job.id, &lines, MOST_REFUSED).await?;
    }
    store::bill_import::received(&mut tx, job.id, 0, 0, refused).await?;
    store::bill_import::fail(&mut tx, job.id, "LINES_REFUSED", now).await?;
    tx.commit().await.map_err(fault("committing"))
}
