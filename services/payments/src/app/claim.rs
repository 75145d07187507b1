//! A command happens once: its key, its effect and its answer commit together.

use city_clock::Timestamp;
use city_contracts::key::IdempotencyKey;
use city_events::idempotency::{self, Claim, NewClaim};
use city_ids::AccountId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// What became of a key.
#[derive(Debug)]
pub enum Claimed<A> {
    /// The key is new: do the work, then record its answer.
    New(Recorder),
    /// The first answer: it is given again, whatever would be refused today.
    Replay(A),
}

/// Keeps the answer of a new command.
#[derive(Debug)]
pub struct Recorder(NewClaim);

/// Claims a caller's key for one operation and its request.
///
/// # Errors
/// [`Error::KeyReused`] for a key that was used with another request.
pub async fn claim<A: DeserializeOwned>(
    db: &mut PgConnection,
    caller: AccountId,
    key: &IdempotencyKey,
    operation: &str,
    request: &(impl Serialize + Sync),
    at: Timestamp,
) -> Result<Claimed<A>, Error> {
    let caller = caller.to_string();
    let claim = idempotency::claim(db, &caller, key, operation, request, at);
    match claim.await.map_err(fault("claiming a key"))? {
        Claim::New(new) => Ok(Claimed::New(Recorder(new))),
        Claim::Replay(answer) => Ok(Claimed::Replay(answer)),
        Claim::Reused => Err(Error::KeyReused),
    }
}

impl Recorder {
    /// Remembers the answer, in the same transaction.
    ///
    /// # Errors
    /// Unavailable when the database is away.
    pub async fn record(
        self,
        db: &mut PgConnection,
        answer: &(impl Serialize + Sync),
    ) -> Result<(), Error> {
        self.0.record(db, answer).await.map_err(fault("keeping the answer"))
    }
}
