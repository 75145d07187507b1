//! Sessions: opening, rotating, ending, and the record the gateway needs of one.

use city_auth::session::{SessionRecord, SessionStatus};
use city_clock::{Timestamp, hue_day};
use city_contracts::accounts::SessionSeen;
use city_ids::{AccountId, DeviceId, SessionId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::refresh::{LATE_REPLAYS_A_DAY, Rotation};
use crate::domain::session::{EndReason, Life, SessionKind};
use crate::error::{Error, bad_row, fault};
use crate::store;

/// A session to be opened.
#[derive(Debug, Clone, Copy)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub person: AccountId,
    /// On what.
    pub device: Option<DeviceId>,
    /// Of which kind.
    pub kind: SessionKind,
    /// Until when money may not leave.
    pub hold_until: Option<Timestamp>,
}

/// Opens a session; its first refresh token has number 1.
pub async fn insert(
    db: &mut PgConnection,
    session: &NewSession,
    now: Timestamp,
) -> Result<(), Error> {
    let expires_at = now + session.kind.life();
    sqlx::query!(
        "insert into accounts.session
             (session_id, person_id, device_id, kind, rev, rt_n, rt_seen_n, rt_rotated_at, rt_late_replays, rt_replay_day,
              auth_at, hold_until, created_at, last_used_at, idle_expires_at, expires_at)
         values ($1, $2, $3, $4, 1, 1, 0, $5, 0, $6, $5, $7, $5, $5, $8, $9)",
        session.id.as_uuid(),
        session.person.as_uuid(),
        session.device.map(DeviceId::as_uuid),
        session.kind.code(),
        now,
        hue_day(now),
        session.hold_until,
        expires_at.min(now + session.kind.idle_life()),
        expires_at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("inserting a session"))
}

/// A session as stored, with all that decides about its life.
#[derive(Debug, Clone, Copy)]
pub struct StoredSession {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub person: AccountId,
    /// Of which kind.
    pub kind: SessionKind,
    /// Its refresh tokens.
    pub rotation: Rotation,
    /// Whether and how long it lives.
    pub life: Life,
    /// The officer who assists.
    pub actor: Option<AccountId>,
    /// When the person last proved who they are.
    pub auth_at: Timestamp,
    /// Until when money may not leave.
    pub hold_until: Option<Timestamp>,
    /// Of person and session together.
    pub rev: i64,
}

impl StoredSession {
    /// The latest moment the present refresh token can be used.
    pub fn refresh_expires_at(&self) -> Timestamp {
        self.life.expires_at.min(self.life.idle_expires_at)
    }
}

/// A session.
pub async fn find(db: &mut PgConnection, id: SessionId) -> Result<Option<StoredSession>, Error> {
    let row = sqlx::query!(
        r#"select s.person_id as "person_id: AccountId", s.kind, s.rt_n, s.rt_seen_n, s.rt_rotated_at, s.rt_late_replays,
                  s.rt_replay_day, s.created_at, s.idle_expires_at, s.expires_at, s.end_reason,
                  s.actor_id as "actor_id: AccountId", s.auth_at,
                  greatest(s.hold_until, p.hold_until) as hold_until, s.rev + p.rev as "rev!",
                  greatest(p.sessions_not_before, (select not_before from accounts.floor where name = 'sessions')) as floor,
                  p.status in ('ACTIVE', 'CLOSING') as "person_active!"
           from accounts.session s
           join accounts.person p using (person_id)
           where s.session_id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a session"))?;
    let Some(row) = row else { return Ok(None) };
    let number =
        |n: i64| u32::try_from(n).map_err(|_| bad_row("a session's token number does not fit"));
    Ok(Some(StoredSession {
        id,
        person: row.person_id,
        kind: SessionKind::from_code(&row.kind)
            .ok_or_else(|| bad_row("a session of an unknown kind"))?,
        rotation: Rotation {
            n: number(row.rt_n)?,
            seen_n: number(row.rt_seen_n)?,
            rotated_at: row.rt_rotated_at,
            late_replays: row.rt_late_replays,
            replay_day: row.rt_replay_day,
        },
        life: Life {
            created_at: row.created_at,
            idle_expires_at: row.idle_expires_at,
            expires_at: row.expires_at,
            ended: row
                .end_reason
                .map(|reason| EndReason::from_code(&reason).unwrap_or(EndReason::Unknown)),
            floor: row.floor,
            person_active: row.person_active,
        },
        actor: row.actor_id,
        auth_at: row.auth_at,
        hold_until: row.hold_until,
        rev: row.rev,
    }))
}

/// What a rotation made.
#[derive(Debug, Clone, Copy)]
pub struct Rotated {
    /// Whose session it is.
    pub person: AccountId,
    /// Of which kind.
    pub kind: SessionKind,
    /// The latest moment the next token can be used.
    pub refresh_expires_at: Timestamp,
    /// Whether this is the person's first sign of life today.
    pub first_today: bool,
}

/// From token n to n + 1, if n is the present one and the session is alive: one statement, of which one caller wins.
pub async fn rotate(
    db: &mut PgConnection,
    id: SessionId,
    n: u32,
    kinds: &[SessionKind],
    now: Timestamp,
) -> Result<Option<Rotated>, Error> {
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.code().to_owned()).collect();
    let row = sqlx::query!(
        r#"update accounts.session s
           set rt_n = s.rt_n + 1, rt_seen_n = greatest(s.rt_seen_n, $2), rt_rotated_at = $3, last_used_at = $3,
               idle_expires_at = least(s.expires_at, case s.kind when 'RESIDENT' then $5::timestamptz else $6::timestamptz end)
           from accounts.person p
           where s.session_id = $1 and s.rt_n = $2 and s.kind = any($4) and s.ended_at is null
             and s.expires_at > $3 and s.idle_expires_at > $3
             and p.person_id = s.person_id and p.status in ('ACTIVE', 'CLOSING')
             and s.created_at >= coalesce(p.sessions_not_before, '-infinity')
             and s.created_at >= coalesce((select not_before from accounts.floor where name = 'sessions'), '-infinity')
           returning s.person_id as "person_id: AccountId", s.kind, s.idle_expires_at, p.last_active_on"#,
        id.as_uuid(),
        i64::from(n),
        now,
        &kinds,
        now + SessionKind::Resident.idle_life(),
        now + SessionKind::Staff.idle_life()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("rotating a refresh token"))?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Rotated {
        person: row.person_id,
        kind: SessionKind::from_code(&row.kind)
            .ok_or_else(|| bad_row("a session of an unknown kind"))?,
        refresh_expires_at: row.idle_expires_at,
        first_today: row.last_active_on < hue_day(now),
    }))
}

/// Counts a healed answer; false when meanwhile the session moved on or the day's are used up.
pub async fn heal(
    db: &mut PgConnection,
    id: SessionId,
    rt_n: u32,
    now: Timestamp,
) -> Result<bool, Error> {
    let healed = sqlx::query!(
        "update accounts.session
         set rt_late_replays = case when rt_replay_day = $3 then rt_late_replays + 1 else 1 end, rt_replay_day = $3
         where session_id = $1 and rt_n = $2 and rt_seen_n < rt_n and ended_at is null
           and (rt_replay_day <> $3 or rt_late_replays < $4)",
        id.as_uuid(),
        i64::from(rt_n),
        hue_day(now),
        LATE_REPLAYS_A_DAY
    )
    .execute(db)
    .await
    .map_err(fault("healing a lost answer"))?;
    Ok(healed.rows_affected() == 1)
}

/// Whose session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// The session.
    pub session: SessionId,
    /// The person.
    pub person: AccountId,
}

/// Ends a session if it is alive.
pub async fn end(
    db: &mut PgConnection,
    id: SessionId,
    reason: EndReason,
    now: Timestamp,
) -> Result<Option<Ended>, Error> {
    sqlx::query_as!(
        Ended,
        r#"update accounts.session set ended_at = $2, end_reason = $3, rev = rev + 1
           where session_id = $1 and ended_at is null
           returning session_id as "session: SessionId", person_id as "person: AccountId""#,
        id.as_uuid(),
        now,
        reason.code()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("ending a session"))
}

/// Ends a person's sessions, all or all but one. The caller holds the person's lock.
pub async fn end_all(
    db: &mut PgConnection,
    of: AccountId,
    but: Option<SessionId>,
    reason: EndReason,
    now: Timestamp,
) -> Result<Vec<Ended>, Error> {
    sqlx::query_as!(
        Ended,
        r#"update accounts.session set ended_at = $3, end_reason = $4, rev = rev + 1
           where person_id = $1 and session_id is distinct from $2 and ended_at is null
           returning session_id as "session: SessionId", person_id as "person: AccountId""#,
        of.as_uuid(),
        but.map(SessionId::as_uuid),
        now,
        reason.code()
    )
    .fetch_all(db)
    .await
    .map_err(fault("ending sessions"))
}

/// A person's sessions that are not over, the most recently used first. The caller holds the person's lock.
pub async fn list_live(
    db: &mut PgConnection,
    of: AccountId,
    now: Timestamp,
) -> Result<Vec<SessionId>, Error> {
    sqlx::query_scalar!(
        r#"select session_id as "session_id: SessionId" from accounts.session
           where person_id = $1 and ended_at is null and expires_at > $2 and idle_expires_at > $2
           order by last_used_at desc, session_id desc limit 100"#,
        of.as_uuid(),
        now
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing sessions"))
}

/// The person proved again, within a session, who they are; false when it is over.
pub async fn reauthenticate(
    db: &mut PgConnection,
    id: SessionId,
    now: Timestamp,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "update accounts.session set auth_at = $2, rev = rev + 1
         where session_id = $1 and ended_at is null and expires_at > $2 and idle_expires_at > $2",
        id.as_uuid(),
        now
    )
    .execute(db)
    .await
    .map_err(fault("noting a proof"))?;
    Ok(done.rows_affected() == 1)
}

/// The bearers of these numbers have received them. Rows are locked in one order, so that two batches cannot block each other.
pub async fn mark_seen(db: &mut PgConnection, seen: &[SessionSeen]) -> Result<(), Error> {
    let (ids, numbers): (Vec<Uuid>, Vec<i64>) =
        seen.iter().map(|entry| (entry.sid.as_uuid(), i64::from(entry.rn))).unzip();
    sqlx::query!(
        "with newest as (
             select id, max(n) as n from unnest($1::uuid[], $2::bigint[]) as seen (id, n) group by id
         ), locked as (
             select s.session_id, newest.n from accounts.session s join newest on newest.id = s.session_id
             where s.rt_seen_n < newest.n and newest.n <= s.rt_n and s.ended_at is null
             order by s.session_id for no key update of s
         )
         update accounts.session s set rt_seen_n = locked.n
         from locked
         where s.session_id = locked.session_id and s.rt_seen_n < locked.n and locked.n <= s.rt_n",
        &ids,
        &numbers
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("marking sessions as seen"))
}

/// A session's record, with whether its end, if it has come, is written and therefore final.
pub async fn record(
    db: &mut PgConnection,
    id: SessionId,
    now: Timestamp,
) -> Result<Option<(SessionRecord, bool)>, Error> {
    let Some(session) = find(&mut *db, id).await? else { return Ok(None) };
    // Read after the revision: a change in between is then shown under the older one, and is replaced by its own.
    let grants = match session.kind {
        SessionKind::Staff => store::binding::list(&mut *db, session.person, now).await?,
        SessionKind::Resident | SessionKind::Assisted => Vec::new(),
    };
    let identity = store::identity::find(&mut *db, session.person, now).await?;
    let over = session.life.over(now);
    let record = SessionRecord {
        sid: id,
        status: if over.is_none() { SessionStatus::Active } else { SessionStatus::Ended },
        sub: session.person,
        act: session.actor,
        kind: session.kind.principal(),
        ial: identity.level,
        ial_until: identity.until,
        auth_at: session.auth_at,
        hold_until: session.hold_until,
        exp: session.life.expires_at,
        grants: grants.iter().filter_map(|binding| binding.grant(now)).collect(),
        rev: session.rev,
    };
    Ok(Some((record, session.life.ended.is_some())))
}
