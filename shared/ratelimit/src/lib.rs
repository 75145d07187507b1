//! Rate limits: one pure function, decided in Redis for all processes or, while Redis is away, in this one.
//!
//! What is deliberately not here: caps that money or safety hang on (the services count those in PostgreSQL), and which limits
//! there are (whoever counts says).

#![deny(missing_docs)]

mod bounded;
mod gcra;
mod known;
mod local;
mod recent;
mod shared;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use city_boot::RedisStore;
use city_http::{Kind, Problem};

pub use gcra::{Decision, Rule, decide};
pub use known::Known;
pub use local::{Digest, Local};
pub use recent::Recent;
pub use shared::{Answer, Shared};

/// Redis answers within this, or the process decides.
const PATIENCE: Duration = Duration::from_millis(25);
/// Silences in a row after which Redis is left alone for a while.
const SILENCES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);
const LOCAL_KEYS: usize = 200_000;

/// What happens while Redis does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedisDown {
    /// This process decides alone, at a quarter of burst and rate.
    Process,
    /// This process decides alone, at the full rate.
    ProcessInFull,
    /// Nothing passes: what is behind costs money or tells who has an account.
    Closed,
}

/// A limit: its name in keys, logs and policies, and its rule.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Its name, one in the whole city.
    pub name: &'static str,
    /// How much passes.
    pub rule: Rule,
    /// What happens without Redis.
    pub redis_down: RedisDown,
}

/// Why a request may not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The limit is used up.
    #[error("too many requests")]
    TooMany {
        /// After this long the same request may pass.
        retry_after: Duration,
    },
    /// Redis is away, and this limit does not pass anybody without it.
    #[error("requests of this kind cannot be counted just now")]
    Closed,
}

impl Refused {
    /// Whole seconds after which the same request may pass, at least one.
    pub fn retry_after_seconds(self) -> u64 {
        match self {
            Self::TooMany { retry_after } => {
                retry_after.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX).max(1)
            }
            Self::Closed => city_http::RETRY_AFTER_SECONDS,
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let (kind, code) = match refused {
            Refused::TooMany { .. } => (Kind::TooMany, "RATE_LIMITED"),
            Refused::Closed => (Kind::Unavailable, "UNAVAILABLE"),
        };
        let mut document = Self::new(kind, code, refused.to_string()).document().clone();
        document.retry_after_seconds = Some(refused.retry_after_seconds());
        Self::forwarded(document)
    }
}

/// All limits of a process.
#[derive(Debug)]
pub struct Limits {
    shared: Shared,
    local: Local,
    started: Instant,
    silence: Mutex<Silence>,
}

#[derive(Debug, Default)]
struct Silence {
    in_a_row: u32,
    until: Option<Instant>,
}

impl Limits {
    /// Limits that are shared through this Redis.
    pub fn new(redis: RedisStore) -> Self {
        Self::with_patience(redis, PATIENCE)
    }

    /// The same with another patience than 25 ms, which decide nothing on a busy machine.
    pub fn with_patience(redis: RedisStore, patience: Duration) -> Self {
        let local = Local::with_room(LOCAL_KEYS);
        Self {
            shared: Shared::new(redis, patience),
            local,
            started: Instant::now(),
            silence: Mutex::default(),
        }
    }

    /// Takes `units` from a limit.
    ///
    /// Privacy: `key` may be an address, an account or an installation; only its digest is kept anywhere.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn check(&self, limit: &Limit, key: &str, units: u32) -> Result<(), Refused> {
        self.ask(limit, key, Asked::Takes(units)).await
    }

    /// Whether a unit of a limit would pass now, without taking it: for what is counted only once it turned out to be bad.
    ///
    /// Privacy: as of [`Limits::check`].
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn foresee(&self, limit: &Limit, key: &str) -> Result<(), Refused> {
        self.ask(limit, key, Asked::Foresees).await
    }

    /// Takes a unit of a limit if there is one left: of what turned out to be bad after [`Limits::foresee`].
    ///
    /// Privacy: as of [`Limits::check`].
    pub async fn count(&self, limit: &Limit, key: &str) {
        // Used up already is used up: whether one more passes is asked before the next time.
        self.ask(limit, key, Asked::Takes(1)).await.unwrap_or_default();
    }

    async fn ask(&self, limit: &Limit, key: &str, asked_for: Asked) -> Result<(), Refused> {
        let digest = digest_of(limit.name, key);
        let asked = Instant::now();
        let answer = if self.leaves_redis_alone(asked) {
            Answer::Away
        } else {
            let name = format!("rl:{}:{}", limit.name, hex::encode(digest));
            let answer = match asked_for {
                Asked::Takes(units) => self.shared.decide(&name, limit.rule, units, None).await,
                Asked::Foresees => self.shared.foresee(&name, limit.rule, 1, None).await,
            };
            self.learn(answer, asked);
            answer
        };
        match (answer, limit.redis_down) {
            (Answer::Allow, _) => Ok(()),
            (Answer::Refuse { retry_after_us }, _) => Err(too_many(retry_after_us)),
            (Answer::Away, RedisDown::Closed) => Err(Refused::Closed),
            (Answer::Away, RedisDown::Process | RedisDown::ProcessInFull) => {
                let now_us =
                    asked.duration_since(self.started).as_micros().try_into().unwrap_or(i64::MAX);
                let rule = match limit.redis_down {
                    RedisDown::ProcessInFull => limit.rule,
                    RedisDown::Process | RedisDown::Closed => limit.rule.quarter(),
                };
                let decision = match asked_for {
                    Asked::Takes(units) => self.local.decide(now_us, digest, rule, units),
                    Asked::Foresees => self.local.foresee(now_us, &digest, rule, 1),
                };
                match decision {
                    Decision::Allow { .. } => Ok(()),
                    Decision::Refuse { retry_after_us } => Err(too_many(retry_after_us)),
                }
            }
        }
    }

    fn leaves_redis_alone(&self, now: Instant) -> bool {
        let silence = self.silence.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        silence.until.is_some_and(|until| now < until)
    }

    fn learn(&self, answer: Answer, now: Instant) {
        let mut silence = self.silence.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if answer == Answer::Away {
            silence.in_a_row += 1;
            if silence.in_a_row >= SILENCES {
                silence.until = Some(now + PAUSE);
            }
        } else {
            *silence = Silence::default();
        }
    }
}

/// What is asked of a limit.
#[derive(Debug, Clone, Copy)]
enum Asked {
    /// So many units.
    Takes(u32),
    /// Whether one would pass.
    Foresees,
}

fn too_many(retry_after_us: i64) -> Refused {
    Refused::TooMany { retry_after: Duration::from_micros(retry_after_us.unsigned_abs()) }
}

/// What is kept of a key of a limit: neither an address nor an account can be read from it.
pub fn digest_of(limit: &str, key: &str) -> Digest {
    let named = digest(&SHA256, format!("{limit}\n{key}").as_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&named.as_ref()[..16]);
    half
}
