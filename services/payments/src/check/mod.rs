//! The proof that the books agree with themselves: every leg replayed in one snapshot, and the first row that is wrong.

mod decided;
pub(crate) mod leaf;
mod replay;

use city_receipt::{PublishedKeys, derive};
use sqlx::{Connection as _, PgConnection};

pub use replay::Fault;
use replay::Replay;

use crate::domain::settlement;
use crate::store::ledger::{self as store, AuditUnclaimed};

/// Why a check did not end well.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The books are wrong; this is the first row that shows it.
    #[error("the ledger is wrong: {0}")]
    Wrong(Fault),
    /// The database did not answer.
    #[error("reading the ledger")]
    Database(#[from] sqlx::Error),
}

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Batches.
    pub batches: i64,
    /// Legs.
    pub legs: i64,
}

/// Replays the ledger in one repeatable-read snapshot: balances, sums after each leg, holds, flags, rules, claims, documents,
/// counters, numbers without gaps, roots, chain, signatures. With `proofs_from`, roots and signatures only from that batch on.
///
/// `progress` is told how many batches of how many are done.
///
/// # Errors
/// [`CheckError::Wrong`] names the first bad row.
pub async fn check(
    db: &mut PgConnection,
    keys: &PublishedKeys,
    proofs_from: i64,
    progress: impl FnMut(i64, i64),
) -> Result<Checked, CheckError> {
    let mut snapshot = db.begin_with("begin isolation level repeatable read read only").await?;
    replay_here(&mut snapshot, keys, proofs_from, progress).await
}

/// The same, in whatever transaction the connection is in.
///
/// # Errors
/// [`CheckError::Wrong`] names the first bad row.
pub async fn replay_here(
    snapshot: &mut PgConnection,
    keys: &PublishedKeys,
    proofs_from: i64,
    mut progress: impl FnMut(i64, i64),
) -> Result<Checked, CheckError> {
    let writer = store::writer(snapshot).await?;
    let mut replay = Replay::new(store::accounts(snapshot).await?);
    loop {
        let batches = store::batches(snapshot, replay.batches()).await?;
        let (Some(first), Some(last)) = (batches.first(), batches.last()) else { break };
        // Rows of batches that are missing lie between the pages; they are read with the next one there is.
        let (from, to) = ((replay.batches() + 1).min(first.n), last.n);
        let legs = store::legs(snapshot, from, to).await?;
        let refusals = store::refusals(snapshot, from, to).await?;
        let commands = store::commands(snapshot, from, to).await?;
        replay
            .page(&batches, &legs, &refusals, &commands, keys, proofs_from)
            .map_err(CheckError::Wrong)?;
        progress(replay.batches(), writer.head.batch);
    }
    if let Some(row) = store::batchless(snapshot, replay.batches()).await? {
        return Err(CheckError::Wrong(Fault(format!("{row} belongs to no batch"))));
    }
    let holds = store::holds(snapshot).await?;
    replay.end(&writer, &holds).map_err(CheckError::Wrong)?;
    if let Some(counter) = store::wrong_counter(snapshot).await? {
        return Err(CheckError::Wrong(Fault(format!(
            "counter {counter} is not what its postings counted"
        ))));
    }
    if let Some(stray) = store::stray_row(snapshot).await? {
        return Err(CheckError::Wrong(Fault(format!("{stray} contradicts the legs"))));
    }
    if let Some(claim) = store::wrong_claim(snapshot).await? {
        return Err(CheckError::Wrong(Fault(claim)));
    }
    let unclaimed = store::unclaimed(snapshot).await?;
    if let Some(row) = unclaimed.iter().find(|row| !id_follows(row)) {
        return Err(CheckError::Wrong(Fault(format!("the claim of {} is missing", row.posting))));
    }
    if let Some(posting) = store::wrong_document(snapshot).await? {
        return Err(CheckError::Wrong(Fault(format!(
            "the document of {posting} is not the one that its leg covers"
        ))));
    }
    Ok(Checked { batches: replay.batches(), legs: replay.legs() })
}

/// Settlements and statements of the past claimed nothing: they moved money once because the id of the posting followed from
/// them. A posting of such an id still cannot be made a second time.
fn id_follows(row: &AuditUnclaimed) -> bool {
    let Some(period) = row.period else {
        return row.posting == derive("recon.net", row.of);
    };
    let again = |number| derive(&format!("settlement.{period}.{number}"), row.of);
    row.posting == settlement::posting(row.of, period)
        || (2..=settlement::TRIES).any(|number| row.posting == again(number))
}
