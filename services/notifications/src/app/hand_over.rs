//! Deliveries go to their channels: claim and commit, call outside any transaction, write the outcomes at once.

use chrono::Duration;
use city_auth::Sealed;
use city_clock::Timestamp;
use city_ids::DeliveryId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::App;
use crate::channel::{Item, Kind, Outcome};
use crate::domain::next_try;
use crate::error::{Error, fault};
use crate::store;
use crate::store::delivery::{Claimed, Settled};

/// Longer than a side may take to answer. After a crash the same batch goes again when it runs out.
const CLAIM: Duration = Duration::seconds(60);
/// A code is of no use any more after the above.
const URGENT_CLAIM: Duration = Duration::seconds(15);

/// What is sealed while it waits.
#[derive(Serialize, Deserialize)]
pub(super) struct Addressed {
    pub to: String,
    pub text: String,
}

/// Until when a claim of a lane counts.
pub(super) fn claimed_until(lane: i16, now: Timestamp) -> Timestamp {
    now + if lane == 0 { URGENT_CLAIM } else { CLAIM }
}

impl Addressed {
    pub(super) fn seal(&self, app: &App, id: DeliveryId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self)
            .map_err(|error| crate::error::broken("sealing a text", error))?;
        Ok(app.keyring.seal(place(&id.to_string()), &plain))
    }

    fn open(app: &App, id: DeliveryId, sealed: &[u8]) -> Option<Self> {
        serde_json::from_slice(&app.keyring.open(place(&id.to_string()), sealed)?).ok()
    }
}

const fn place(row: &str) -> Sealed<'_> {
    Sealed { table: "notifications.delivery", column: "sealed", row }
}

/// Hands over the most urgent batch that is due; false if none is.
pub async fn hand_over_due(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let expired = store::delivery::expire(&mut tx, now).await?;
    let claimed =
        store::delivery::claim_due(&mut tx, app.ids.uuid(now), now, claimed_until).await?;
    tx.commit().await.map_err(fault("committing"))?;
    let Some((batch, claimed)) = claimed else { return Ok(expired > 0) };
    hand_over(app, batch, claimed).await?;
    Ok(true)
}

/// Hands over a batch that this process has claimed.
pub(super) async fn hand_over(app: &App, batch: Uuid, claimed: Vec<Claimed>) -> Result<(), Error> {
    let mut settled = Vec::with_capacity(claimed.len());
    let mut rows = Vec::with_capacity(claimed.len());
    let mut items = Vec::with_capacity(claimed.len());
    for row in claimed {
        let kind = Kind::restore(&row.channel);
        let addressed =
            row.sealed.as_deref().and_then(|sealed| Addressed::open(app, row.id, sealed));
        let (Some(kind), Some(Addressed { to, text })) = (kind, addressed) else {
            settled.push((row.id, Settled::Failed { code: "UNREADABLE".to_owned() }));
            continue;
        };
        items.push(Item { delivery: row.id, kind, to, template: row.template.clone(), text });
        rows.push(row);
    }
    if let Some((kind, attempts)) =
        items.first().map(|item| item.kind).zip(rows.first().map(|row| row.attempts))
    {
        settled.extend(ask(app, batch, kind, attempts, &rows, &items).await);
    }
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    store::delivery::settle(&mut db, batch, &settled, app.clock.now()).await
}

/// Asks the side whose turn it is; what follows for each item.
async fn ask(
    app: &App,
    batch: Uuid,
    kind: Kind,
    attempts: i32,
    rows: &[Claimed],
    items: &[Item],
) -> Vec<(DeliveryId, Settled)> {
    let Some(side) = app.sides.choose(kind, attempts) else {
        return rows
            .iter()
            .map(|row| (row.id, Settled::Failed { code: "NO_CHANNEL".to_owned() }))
            .collect();
    };
    let answer = side.send(batch, items).await;
    let now = app.clock.now();
    let [spread] = app.ids.bytes::<1>(); // one for the batch, so that it stays together
    let again = |row: &Claimed, code: &str, same_batch| match next_try(
        row.lane,
        row.attempts + 1,
        spread,
        now,
        row.expires_at,
    ) {
        Some(next_at) => Settled::Again { attempts: row.attempts + 1, next_at, same_batch },
        None => Settled::Failed { code: code.to_owned() },
    };
    let outcomes = match answer {
        Ok(outcomes) => outcomes,
        Err(unavailable) => {
            tracing::warn!(
                channel.side = side.name(),
                channel.reason = unavailable.reason,
                items.count = items.len(),
                "{unavailable}"
            );
            return rows.iter().map(|row| (row.id, again(row, "UNAVAILABLE", true))).collect();
        }
    };
    let handed = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Accepted(_))).count();
    tracing::info!(
        channel.side = side.name(),
        items.count = items.len(),
        items.handed = handed,
        "Handed over {handed} of {} items",
        items.len()
    );
    let settle = |(row, outcome): (&Claimed, Outcome)| {
        let settled = match outcome {
            Outcome::Accepted(provider_ref) => Settled::Handed { side: side.name(), provider_ref },
            Outcome::Rejected { code, for_good: false } => again(row, &code, false),
            Outcome::Rejected { code, for_good: true } => {
                match app.sides.pass_on(kind, row.attempts + 1) {
                    Some(attempts) => Settled::Again { attempts, next_at: now, same_batch: false },
                    None => Settled::Failed { code },
                }
            }
        };
        (row.id, settled)
    };
    rows.iter().zip(outcomes).map(settle).collect()
}
