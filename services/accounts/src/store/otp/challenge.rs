//! Challenges: codes that wait to be typed.

use city_clock::Timestamp;
use city_ids::{AccountId, ChallengeId};
use sqlx::PgConnection;

use crate::domain::code::Proof;
use crate::domain::phone::Phone;
use crate::error::{Error, bad_row, fault};

/// A challenge as stored.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// Its id.
    pub id: ChallengeId,
    /// The number it was sent to.
    pub phone: Phone,
    /// The lane it counts in.
    pub lane: String,
    /// `SIGN_IN` or `REAUTH`.
    pub purpose: String,
    /// Whose, for `REAUTH`.
    pub person: Option<AccountId>,
    /// What a right code makes.
    pub proof: Proof,
    /// Codes compared so far.
    pub attempts: u32,
    /// When it stops counting.
    pub expires_at: Timestamp,
    /// Whether it was used, superseded or guessed too often.
    pub ended: bool,
}

/// A new challenge takes the place of the lane's older one.
pub async fn supersede(
    db: &mut PgConnection,
    challenge: &Challenge,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update accounts.otp_challenge set ended_at = $4, outcome = 'SUPERSEDED'
         where e164 = $1 and purpose = $2 and lane = $3 and ended_at is null",
        challenge.phone.as_str(),
        challenge.purpose,
        challenge.lane,
        now
    )
    .execute(&mut *db)
    .await
    .map_err(fault("superseding a challenge"))?;
    sqlx::query!(
        "insert into accounts.otp_challenge
             (challenge_id, e164, lane, purpose, person_id, mac, key_id, nonce_mac, attempts, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10)",
        challenge.id.as_uuid(),
        challenge.phone.as_str(),
        challenge.lane,
        challenge.purpose,
        challenge.person.map(AccountId::as_uuid),
        challenge.proof.mac,
        i16::from(challenge.proof.key_id),
        challenge.proof.nonce_mac,
        now,
        challenge.expires_at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("inserting a challenge"))
}

/// A challenge.
pub async fn find(db: &mut PgConnection, id: ChallengeId) -> Result<Option<Challenge>, Error> {
    let row = sqlx::query!(
        r#"select e164, lane, purpose, person_id as "person_id: AccountId", mac, key_id, nonce_mac, attempts, expires_at,
                  ended_at is not null as "ended!"
           from accounts.otp_challenge where challenge_id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a challenge"))?;
    let Some(row) = row else { return Ok(None) };
    let key_id =
        u8::try_from(row.key_id).map_err(|_| bad_row("a challenge names an impossible key"))?;
    let attempts =
        u32::try_from(row.attempts).map_err(|_| bad_row("a challenge counts below zero"))?;
    Ok(Some(Challenge {
        id,
        phone: Phone::restore(row.e164),
        lane: row.lane,
        purpose: row.purpose,
        person: row.person_id,
        proof: Proof { key_id, mac: row.mac, nonce_mac: row.nonce_mac },
        attempts,
        expires_at: row.expires_at,
        ended: row.ended,
    }))
}

/// Takes one of a live challenge's five attempts before anything is compared; false when there is none to take.
pub async fn take_attempt(
    db: &mut PgConnection,
    id: ChallengeId,
    now: Timestamp,
) -> Result<bool, Error> {
    let taken = sqlx::query!(
        "update accounts.otp_challenge set attempts = attempts + 1
         where challenge_id = $1 and attempts < 5 and ended_at is null and expires_at > $2",
        id.as_uuid(),
        now
    )
    .execute(db)
    .await
    .map_err(fault("taking an attempt"))?;
    Ok(taken.rows_affected() == 1)
}

/// Ends a live challenge; false when somebody else has.
pub async fn end(
    db: &mut PgConnection,
    id: ChallengeId,
    outcome: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let ended = sqlx::query!(
        "update accounts.otp_challenge set ended_at = $2, outcome = $3 where challenge_id = $1 and ended_at is null",
        id.as_uuid(),
        now,
        outcome
    )
    .execute(db)
    .await
    .map_err(fault("ending a challenge"))?;
    Ok(ended.rows_affected() == 1)
}
