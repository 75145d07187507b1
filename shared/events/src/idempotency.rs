//! Makes a command happen once: its key, its effect and its answer commit together.

use std::fmt::Display;

use city_clock::Timestamp;
use city_contracts::key::IdempotencyKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{PgConnection, Row as _};

/// What claiming a key found.
#[derive(Debug)]
pub enum Claim<A> {
    /// The key is new: do the work, then [`NewClaim::record`] its answer.
    New(NewClaim),
    /// The same request was answered before: its first answer is given again, whatever would be refused today.
    Replay(A),
}

/// Why a key cannot be claimed, or its answer not be kept.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The key was used with another request.
    #[error("this key was used with another request")]
    Reused,
    /// PostgreSQL refuses; a stored answer that no longer fits its type is a decode error.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// A key claimed in the present transaction.
#[derive(Debug)]
#[must_use = "a claim without a recorded answer replays null"]
pub struct NewClaim {
    caller: String,
    key: String,
}

/// Claims `key` for `caller` with what is asked. Waits for a claim of the same key that is under way elsewhere.
///
/// The request is kept as a digest only. `operation` is part of it, so a key cannot be replayed against another use case.
///
/// # Errors
/// [`ClaimError`].
///
/// # Panics
/// Never: commands are JSON.
#[expect(
    clippy::disallowed_methods,
    reason = "the table is the service's own by search path; see the crate docs"
)]
pub async fn claim<A: DeserializeOwned>(
    db: &mut PgConnection,
    caller: impl Display,
    key: &IdempotencyKey,
    operation: &str,
    request: &(impl Serialize + Sync),
    at: Timestamp,
) -> Result<Claim<A>, ClaimError> {
    let caller = caller.to_string();
    let request = serde_json::to_vec(&(operation, request)).expect("commands are JSON");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &request);
    let inserted = sqlx::query(
        "insert into idempotency (caller, key, request_sha256, answer, created_at) values ($1, $2, $3, 'null', $4)
         on conflict (caller, key) do nothing",
    )
    .bind(&caller)
    .bind(key.as_str())
    .bind(digest.as_ref())
    .bind(at)
    .execute(&mut *db)
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(Claim::New(NewClaim { caller, key: key.as_str().to_owned() }));
    }
    let row = sqlx::query(
        "select request_sha256, answer from idempotency where caller = $1 and key = $2",
    )
    .bind(&caller)
    .bind(key.as_str())
    .fetch_one(db)
    .await?;
    if row.try_get::<Vec<u8>, _>("request_sha256")? != digest.as_ref() {
        return Err(ClaimError::Reused);
    }
    let answer: sqlx::types::Json<A> = row.try_get("answer")?;
    Ok(Claim::Replay(answer.0))
}

impl NewClaim {
    /// Remembers the answer, in the same transaction.
    ///
    /// # Errors
    /// [`ClaimError::Database`].
    #[expect(
        clippy::disallowed_methods,
        reason = "the table is the service's own by search path; see the crate docs"
    )]
    pub async fn record(
        self,
        db: &mut PgConnection,
        answer: &(impl Serialize + Sync),
    ) -> Result<(), ClaimError> {
        sqlx::query("update idempotency set answer = $3 where caller = $1 and key = $2")
            .bind(&self.caller)
            .bind(&self.key)
            .bind(sqlx::types::Json(answer))
            .execute(db)
            .await?;
        Ok(())
    }
}
