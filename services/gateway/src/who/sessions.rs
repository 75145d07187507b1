//! The records of living sessions: own memory, then Redis, then accounts. PostgreSQL behind accounts is the truth.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use city_auth::Principal;
use city_auth::session::{SessionChanged, SessionRecord, SessionStatus};
use city_boot::RedisStore;
use city_clients::{Accounts, Call};
use city_clock::{SharedClock, Timestamp};
use city_contracts::common::Locale;
use city_contracts::problem::Kind;
use city_ids::{ServiceName, SessionId};
use tokio::sync::broadcast;

use super::flight::Flights;

/// While changes are announced to us.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// While they are not.
const FRESH_UNTOLD: TimeDelta = TimeDelta::seconds(1);
/// When neither Redis nor accounts answers, a record of this age still counts.
const STALE: TimeDelta = TimeDelta::seconds(60);
/// An ended session is remembered until the last of its access tokens has expired.
const REMEMBERED: TimeDelta = TimeDelta::seconds(400);
const MOST: usize = 100_000;
const REDIS_PATIENCE: Duration = Duration::from_millis(25);
const ACCOUNTS_PATIENCE: Duration = Duration::from_secs(1);
/// Announcements a slow reader may fall behind before it must read everything anew.
const ANNOUNCEMENTS: usize = 1_024;

/// Why there is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The session is over, or never was.
    Ended,
    /// Nobody who knows answers.
    Away,
}

/// The records this process knows, and the way to those it does not.
#[derive(Debug)]
pub struct Sessions {
    accounts: Accounts,
    redis: RedisStore,
    clock: SharedClock,
    kept: Mutex<HashMap<SessionId, Kept>>,
    flights: Flights<SessionId, Result<Arc<SessionRecord>, Missing>>,
    told: AtomicBool,
    changes: broadcast::Sender<SessionChanged>,
}

#[derive(Debug)]
struct Kept {
    record: Option<Arc<SessionRecord>>,
    at: Timestamp,
    /// A record below it is older than a change we were told of.
    lowest_rev: i64,
    ended: bool,
}

impl Sessions {
    pub fn new(accounts: Accounts, redis: RedisStore, clock: SharedClock) -> Self {
        Self {
            accounts,
            redis,
            clock,
            kept: Mutex::default(),
            flights: Flights::default(),
            told: AtomicBool::new(false),
            changes: broadcast::channel(ANNOUNCEMENTS).0,
        }
    }

    /// The record of a session that is alive.
    ///
    /// # Errors
    /// [`Missing`].
    pub async fn find(&self, sid: SessionId) -> Result<Arc<SessionRecord>, Missing> {
        let now = self.clock.now();
        let fresh = if self.told.load(Ordering::Relaxed) { FRESH } else { FRESH_UNTOLD };
        let remembered = self.remembered(sid)?;
        if let Some((record, at)) = &remembered
            && (now - *at).abs() <= fresh
        {
            return alive(record, now);
        }
        match (self.flights.join(sid, self.fetch(sid)).await, remembered) {
            (Ok(record), _) => alive(&record, now),
            (Err(Missing::Away), Some((record, at))) if (now - at).abs() <= STALE => {
                alive(&record, now)
            }
            (Err(missing), _) => Err(missing),
        }
    }

    /// Applies what accounts announced.
    pub fn learn(&self, change: SessionChanged) {
        let at = self.clock.now();
        let mut kept = self.lock();
        let entry = kept.entry(change.sid).or_insert(Kept {
            record: None,
            at,
            lowest_rev: change.rev,
            ended: false,
        });
        entry.at = at;
        entry.lowest_rev = entry.lowest_rev.max(change.rev);
        entry.ended |= change.status == SessionStatus::Ended;
        if entry.record.as_ref().is_some_and(|record| record.rev < change.rev) || entry.ended {
            entry.record = None;
        }
        drop(kept);
        // Without a listener there is nobody to tell.
        self.changes.send(change).unwrap_or_default();
    }

    /// Changes from now on, for whoever holds connections open.
    pub fn changes(&self) -> broadcast::Receiver<SessionChanged> {
        self.changes.subscribe()
    }

    /// Whether changes are announced to us; when that begins anew, nothing kept from before can be relied on.
    pub fn set_told(&self, told: bool) {
        self.told.store(told, Ordering::Relaxed);
        if told {
            self.lock().retain(|_, kept| kept.ended);
        }
    }

    fn remembered(
        &self,
        sid: SessionId,
    ) -> Result<Option<(Arc<SessionRecord>, Timestamp)>, Missing> {
        match self.lock().get(&sid) {
            Some(Kept { ended: true, .. }) => Err(Missing::Ended),
            Some(Kept { record: Some(record), at, .. }) => Ok(Some((Arc::clone(record), *at))),
            Some(Kept { record: None, .. }) | None => Ok(None),
        }
    }

    async fn fetch(&self, sid: SessionId) -> Result<Arc<SessionRecord>, Missing> {
        if let Some(record) = self.in_redis(sid).await {
            return Ok(self.keep(record));
        }
        let call =
            Call::new(Principal::service(ServiceName::Gateway), Locale::Vi, ACCOUNTS_PATIENCE);
        match self.accounts.session(&call, sid).await {
            Ok(record) => Ok(self.keep(record)),
            Err(error) if error.kind() == Kind::NotFound => Err(Missing::Ended),
            Err(error) => {
                tracing::debug!(error = %error, "A session could not be confirmed");
                Err(Missing::Away)
            }
        }
    }

    async fn in_redis(&self, sid: SessionId) -> Option<SessionRecord> {
        let mut command = redis::cmd("GET");
        command.arg(self.redis.key(&SessionRecord::redis_key(sid)));
        let found =
            tokio::time::timeout(REDIS_PATIENCE, self.redis.run::<Option<Vec<u8>>>(&command)).await;
        let record: SessionRecord = serde_json::from_slice(&found.ok()?.ok()??).ok()?;
        let lowest = self.lock().get(&sid).map_or(i64::MIN, |kept| kept.lowest_rev);
        (record.sid == sid && record.rev >= lowest).then_some(record)
    }

    fn keep(&self, record: SessionRecord) -> Arc<SessionRecord> {
        let record = Arc::new(record);
        let at = self.clock.now();
        let mut kept = self.lock();
        if kept.len() >= MOST {
            kept.retain(|_, kept| {
                (at - kept.at).abs() <= if kept.ended { REMEMBERED } else { STALE }
            });
            if kept.len() >= MOST {
                kept.clear();
            }
        }
        let ended = record.status == SessionStatus::Ended;
        let entry = kept.entry(record.sid).or_insert(Kept {
            record: None,
            at,
            lowest_rev: record.rev,
            ended,
        });
        entry.ended |= ended;
        if record.rev >= entry.lowest_rev {
            entry.lowest_rev = record.rev;
            entry.at = at;
            entry.record = Some(Arc::clone(&record));
        }
        record
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn alive(record: &Arc<SessionRecord>, now: Timestamp) -> Result<Arc<SessionRecord>, Missing> {
    if record.is_alive(now) { Ok(Arc::clone(record)) } else { Err(Missing::Ended) }
}
