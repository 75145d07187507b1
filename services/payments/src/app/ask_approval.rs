//! What one officer asks, a second one decides.

use city_auth::Staff;
use city_clock::Timestamp;
use city_contracts::key::IdempotencyKey;
use city_events::idempotency::{self, Claim, NewClaim};
use serde::Serialize;
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::App;
use crate::domain::approval::{Approval, Asked};
use crate::error::{Error, broken, fault};
use crate::store;

/// A request to a second officer that is being written.
pub(super) struct Asking {
    /// Of the request and of what it is about.
    pub tx: Transaction<'static, Postgres>,
    /// The id of the request.
    pub id: Uuid,
    /// When it is asked.
    pub now: Timestamp,
    claim: NewClaim,
}

/// What an officer's key stands for.
pub(super) enum Begun {
    /// A new request.
    New(Asking),
    /// One that was written before.
    Known(Approval),
}

/// Begins a request. Idempotent by the officer's key.
///
/// # Errors
/// `KeyReused`.
pub(super) async fn begin(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    operation: &str,
    request: &(impl Serialize + Sync),
) -> Result<Begun, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    match idempotency::claim::<String>(&mut tx, staff.account, key, operation, request, now).await?
    {
        Claim::New(claim) => Ok(Begun::New(Asking { tx, claim, id: app.ids.uuid(now), now })),
        Claim::Replay(id) => {
            let id = Uuid::try_parse(&id).map_err(|error| broken("reading a request", error))?;
            Ok(Begun::Known(read(&mut tx, id).await?))
        }
    }
}

/// A request that is there.
pub(super) async fn read(db: &mut PgConnection, id: Uuid) -> Result<Approval, Error> {
    let found = store::approval::find(db, id).await?;
    found.ok_or_else(|| broken("reading a request", "it is gone"))
}

impl Asking {
    /// Writes the request and commits it with what was written before.
    pub(super) async fn finish(
        self,
        staff: &Staff,
        asked: Asked,
        reason: String,
    ) -> Result<Approval, Error> {
        let (tx, approval) = self.write(staff, asked, reason).await?;
        tx.commit().await.map_err(fault("committing"))?;
        Ok(approval)
    }

    /// Writes the request. What refers to it is written next, in the same transaction, by the caller.
    pub(super) async fn write(
        mut self,
        staff: &Staff,
        asked: Asked,
        reason: String,
    ) -> Result<(Transaction<'static, Postgres>, Approval), Error> {
        let approval = Approval::new(self.id, asked, reason, Some(staff.account), self.now);
        store::approval::insert(&mut self.tx, &approval).await?;
        self.claim.record(&mut self.tx, &self.id.to_string()).await?;
        Ok((self.tx, approval))
    }
}
