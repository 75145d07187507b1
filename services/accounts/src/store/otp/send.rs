//! Messages that carry codes.

use city_clock::Timestamp;
use city_contracts::common::Locale;
use city_ids::ChallengeId;
use sqlx::PgConnection;

use super::Challenge;
use crate::domain::phone::Phone;
use crate::error::{Error, fault};
use crate::store::person::locale;

/// When codes went out on a lane after a moment, newest first; those that failed are not among them.
pub async fn list_sends(
    db: &mut PgConnection,
    phone: &Phone,
    lane: &str,
    after: Timestamp,
) -> Result<Vec<Timestamp>, Error> {
    sqlx::query_scalar!(
        "select created_at from accounts.otp_send
         where e164 = $1 and lane = $2 and created_at > $3 and state <> 'FAILED'
         order by created_at desc limit 20",
        phone.as_str(),
        lane,
        after
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing sends"))
}

/// Queues the message that carries a challenge's code.
pub async fn queue_send(
    db: &mut PgConnection,
    challenge: &Challenge,
    locale: Locale,
    code_sealed: &[u8],
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into accounts.otp_send (challenge_id, e164, lane, locale, code_sealed, state, next_at, created_at)
         values ($1, $2, $3, $4, $5, 'QUEUED', $6, $6)",
        challenge.id.as_uuid(),
        challenge.phone.as_str(),
        challenge.lane,
        locale.as_str(),
        code_sealed,
        now
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("queueing a send"))
}

/// A message that is due.
#[derive(Debug)]
pub struct DueSend {
    /// Its challenge, also the key under which it is sent once.
    pub challenge: ChallengeId,
    /// Where to.
    pub phone: Phone,
    /// In which language.
    pub locale: Locale,
    /// What, sealed.
    pub code_sealed: Vec<u8>,
    /// Whether it still counts now.
    pub live: bool,
    /// Whether somebody has typed it, or guessed at it to the end.
    pub answered: bool,
}

/// Takes one due message for a while: the network is asked outside the transaction, and a crash gives it back.
pub async fn take_due_send(
    db: &mut PgConnection,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<DueSend>, Error> {
    let row = sqlx::query!(
        r#"with due as (
               select challenge_id from accounts.otp_send
               where state = 'QUEUED' and next_at <= $1
               order by next_at limit 1 for update skip locked
           )
           update accounts.otp_send set next_at = $2
           from due, accounts.otp_challenge challenge
           where otp_send.challenge_id = due.challenge_id and challenge.challenge_id = due.challenge_id
           returning otp_send.challenge_id as "challenge_id: ChallengeId", otp_send.e164, otp_send.locale,
                     otp_send.code_sealed as "code_sealed!",
                     (challenge.ended_at is null and challenge.expires_at > $1) as "live!",
                     coalesce(challenge.outcome in ('CONFIRMED', 'DEAD'), false) as "answered!""#,
        now,
        until
    )
    .fetch_optional(db)
    .await
    .map_err(fault("taking a send"))?;
    Ok(row.map(|row| DueSend {
        challenge: row.challenge_id,
        phone: Phone::restore(row.e164),
        locale: locale(&row.locale),
        code_sealed: row.code_sealed,
        live: row.live,
        answered: row.answered,
    }))
}

/// The message is `SENT` or `FAILED`; its code is gone.
pub async fn settle_send(
    db: &mut PgConnection,
    challenge: ChallengeId,
    state: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "update accounts.otp_send set state = $2, code_sealed = null where challenge_id = $1 and state = 'QUEUED'",
        challenge.as_uuid(),
        state
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("settling a send"))
}

/// The message is tried again at a moment.
pub async fn postpone_send(
    db: &mut PgConnection,
    challenge: ChallengeId,
    until: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update accounts.otp_send set next_at = $2 where challenge_id = $1 and state = 'QUEUED'",
        challenge.as_uuid(),
        until
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("postponing a send"))
}
