//! Budgets, challenges, sends and known devices of phones.

use city_clock::Timestamp;
use city_contracts::common::Locale;
use city_ids::{AccountId, ChallengeId};
use sqlx::PgConnection;

use crate::domain::code::Proof;
use crate::domain::device::Installation;
use crate::domain::otp::{Budget, Lane};
use crate::domain::phone::Phone;
use crate::error::{Error, bad_row, fault};
use crate::store::person::locale;

/// Devices that keep a lane of their own.
const LANES: i64 = 10;

/// The lane of a device: its own if it has signed in with this phone.
pub async fn lane_of(
    db: &mut PgConnection,
    phone: &Phone,
    installation: &Installation,
) -> Result<Lane, Error> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from accounts.otp_lane where e164 = $1 and installation_mac = $2) as "known!""#,
        phone.as_str(),
        installation.mac().as_slice()
    )
    .fetch_one(db)
    .await
    .map_err(fault("finding a lane"))?;
    Ok(if known { Lane::Known(*installation.mac()) } else { Lane::Open })
}

/// Gives a device its own lane; beyond ten the longest unused lose theirs.
pub async fn know_device(
    db: &mut PgConnection,
    phone: &Phone,
    installation: &Installation,
    of: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into accounts.otp_lane (e164, installation_mac, person_id, used_at) values ($1, $2, $3, $4)
         on conflict (e164, installation_mac) do update set person_id = excluded.person_id, used_at = excluded.used_at",
        phone.as_str(),
        installation.mac().as_slice(),
        of.as_uuid(),
        now
    )
    .execute(&mut *db)
    .await
    .map_err(fault("remembering a lane"))?;
    sqlx::query!(
        "delete from accounts.otp_lane where e164 = $1 and installation_mac in (
             select installation_mac from accounts.otp_lane where e164 = $1
             order by used_at desc, installation_mac offset $2)",
        phone.as_str(),
        LANES
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("forgetting lanes"))
}

/// Locks a lane's budget, made if there is none yet.
pub async fn lock_budget(
    db: &mut PgConnection,
    phone: &Phone,
    lane: &str,
) -> Result<Budget, Error> {
    sqlx::query!(
        "insert into accounts.otp_budget (e164, lane, fails_hour, fails_day) values ($1, $2, 0, 0)
         on conflict (e164, lane) do nothing",
        phone.as_str(),
        lane
    )
    .execute(&mut *db)
    .await
    .map_err(fault("making a budget"))?;
    let row = sqlx::query!(
        "select fails_hour, hour_at, fails_day, day_at, locked_until, last_send_at from accounts.otp_budget
         where e164 = $1 and lane = $2 for update",
        phone.as_str(),
        lane
    )
    .fetch_one(db)
    .await
    .map_err(fault("locking a budget"))?;
    let count =
        |fails: i32| u32::try_from(fails).map_err(|_| bad_row("a budget counts below zero"));
    Ok(Budget {
        fails_hour: count(row.fails_hour)?,
        hour_at: row.hour_at,
        fails_day: count(row.fails_day)?,
        day_at: row.day_at,
        locked_until: row.locked_until,
        last_send_at: row.last_send_at,
    })
}

/// Writes a budget back.
pub async fn save_budget(
    db: &mut PgConnection,
    phone: &Phone,
    lane: &str,
    budget: &Budget,
) -> Result<(), Error> {
    let count = |fails: u32| i32::try_from(fails).unwrap_or(i32::MAX);
    sqlx::query!(
        "update accounts.otp_budget
         set fails_hour = $3, hour_at = $4, fails_day = $5, day_at = $6, locked_until = $7, last_send_at = $8
         where e164 = $1 and lane = $2",
        phone.as_str(),
        lane,
        count(budget.fails_hour),
        budget.hour_at,
        count(budget.fails_day),
        budget.day_at,
        budget.locked_until,
        budget.last_send_at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("saving a budget"))
}

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
