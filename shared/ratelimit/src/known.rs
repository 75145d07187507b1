//! Keys that any process saw lately.

use std::time::{Duration, Instant};

use city_boot::RedisStore;

use crate::{Decision, Local, PATIENCE, Recent, Rule, digest_of};

/// How long Redis remembers a key after it was last told.
const REMEMBERED: Duration = Duration::from_hours(30 * 24);
/// A key that is seen all the time is told to Redis once in so many microseconds.
const DAILY: Rule = Rule { burst: 1, interval_us: 24 * 3_600 * 1_000_000 };
/// After a silence of Redis it is told again this soon.
const SOON: Rule = Rule { burst: 1, interval_us: 60 * 1_000_000 };

/// Keys that were seen, remembered in Redis for all processes; while Redis is away, those that this one saw.
#[derive(Debug)]
pub struct Known {
    name: &'static str,
    redis: RedisStore,
    patience: Duration,
    recent: Recent,
    told: Local,
    started: Instant,
}

impl Known {
    /// Keys of one kind, named as no other in the whole city; this process remembers the last `room` of them itself.
    pub fn new(name: &'static str, redis: RedisStore, room: usize) -> Self {
        Self {
            name,
            redis,
            patience: PATIENCE,
            recent: Recent::with_room(room),
            told: Local::with_room(room),
            started: Instant::now(),
        }
    }

    /// The same with another patience than 25 ms.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// It was seen.
    ///
    /// Privacy: only a digest of `key` is kept anywhere.
    pub async fn see(&self, key: &str) {
        let digest = digest_of(self.name, key);
        self.recent.see(digest);
        let now_us = self.started.elapsed().as_micros().try_into().unwrap_or(i64::MAX);
        let Decision::Allow { .. } = self.told.foresee(now_us, &digest, DAILY, 1) else { return };
        let mut tell = redis::cmd("SET");
        tell.arg(self.place(key)).arg(1).arg("EX").arg(REMEMBERED.as_secs());
        let told = tokio::time::timeout(self.patience, self.redis.run::<()>(&tell)).await;
        let again = if matches!(told, Ok(Ok(()))) { DAILY } else { SOON };
        self.told.decide(now_us, digest, again, 1);
    }

    /// Whether any process remembers it.
    pub async fn knows(&self, key: &str) -> bool {
        let digest = digest_of(self.name, key);
        if self.recent.knows(&digest) {
            return true;
        }
        let mut ask = redis::cmd("EXISTS");
        ask.arg(self.place(key));
        let answer = tokio::time::timeout(self.patience, self.redis.run::<bool>(&ask)).await;
        let known = matches!(answer, Ok(Ok(true)));
        if known {
            self.recent.see(digest);
        }
        known
    }

    fn place(&self, key: &str) -> String {
        let digest = hex::encode(digest_of(self.name, key));
        self.redis.key(&format!("seen:{}:{digest}", self.name))
    }
}
