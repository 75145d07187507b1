//! Units end and become others: a merger, a division, a new name under a reused code.

use std::collections::HashSet;

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::announce::announce;
use super::input::{Checks, SuccessionRecord};
use crate::app::App;
use crate::error::{Error, fault};
use crate::store::registry::{place, publication};
use city_events::idempotency::{Claim, claim};

/// What was recorded.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Recorded {
    /// How many units ended.
    pub ended: usize,
    /// The publication that shows it.
    pub number: i64,
}

/// Records the succession in one publication: nobody sees a unit ended and its successors missing. Idempotent by the key.
///
/// # Errors
/// [`Error::Input`], [`Error::Stale`] when a reused unit is at another version, [`Error::KeyReused`].
#[tracing::instrument(name = "registry.record_succession", skip_all)]
pub async fn record_succession(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    record: &SuccessionRecord,
) -> Result<Recorded, Error> {
    check(record)?;
    let at = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder =
        match claim(&mut tx, staff.account, key, "registry.record_succession", record, at).await? {
            Claim::Replay(first) => return Ok(first),
            Claim::New(recorder) => recorder,
        };
    let number = publication::bump(&mut tx, at).await?;
    // First the past is set apart, then the units of afterwards are written, then the past is pointed at them.
    let mut lead_on = Vec::new();
    for (index, unit) in record.ended.iter().enumerate() {
        let former =
            place::end(&mut tx, &unit.code, record.ended_on, staff.account, number, at).await?;
        let former = former.ok_or_else(|| {
            Error::invalid(
                format!("/ended/{index}/code"),
                "UNKNOWN",
                "there is no such present unit",
            )
        })?;
        let mut olds = place::release(&mut tx, &unit.code).await?;
        olds.push(former);
        lead_on.push((index, olds, unit));
    }
    for draft in &record.units {
        place::write(&mut tx, draft, staff.account, number, at).await?;
    }
    for (index, olds, unit) in &lead_on {
        place::lead_on(&mut tx, *index, olds, &unit.successors, number).await?;
    }
    let reused: HashSet<_> = record.units.iter().map(|unit| unit.code.as_str()).collect();
    for (index, _, unit) in &lead_on {
        if !reused.contains(unit.code.as_str()) {
            place::remove(&mut tx, *index, &unit.code).await?;
        }
    }
    announce(app, &mut tx, number, at).await?;
    let done = Recorded { ended: record.ended.len(), number };
    recorder.record(&mut tx, &done).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(done)
}

fn check(record: &SuccessionRecord) -> Result<(), Error> {
    let mut checks = Checks::default();
    checks.require(
        (1..=200).contains(&record.ended.len()),
        "/ended",
        "LENGTH",
        "expected 1 to 200 units that end",
    );
    checks.require(record.units.len() <= 200, "/units", "LENGTH", "expected at most 200 units");
    let mut seen = HashSet::new();
    for (index, unit) in record.ended.iter().enumerate() {
        let field = format!("/ended/{index}");
        checks.ward_code(&unit.code, format!("{field}/code"));
        checks.require(
            seen.insert(&unit.code),
            format!("{field}/code"),
            "TWICE",
            "a unit ends once",
        );
        let count = (1..=40).contains(&unit.successors.len());
        checks.require(
            count,
            format!("{field}/successors"),
            "LENGTH",
            "expected 1 to 40 successors",
        );
        for (position, successor) in unit.successors.iter().enumerate() {
            checks.ward_code(successor, format!("{field}/successors/{position}"));
        }
    }
    let mut written = HashSet::new();
    for (index, draft) in record.units.iter().enumerate() {
        let field = format!("/units/{index}");
        draft.check(&field, &mut checks);
        checks.require(
            written.insert(&draft.code),
            format!("{field}/code"),
            "TWICE",
            "a unit is written once",
        );
        let begins_after = !seen.contains(&draft.code) || draft.valid_from > record.ended_on;
        checks.require(
            begins_after,
            format!("{field}/validFrom"),
            "RANGE",
            "a reused code begins after the end of the old unit",
        );
    }
    checks.done()
}
