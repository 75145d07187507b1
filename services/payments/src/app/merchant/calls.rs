//! How many calls merchants' systems make, and how many that are signed badly are looked at.
//!
//! Calls that are signed well are counted by their key alone, in Redis for all instances. Those that are not are counted here, by
//! where they come from and by the key they name, so that guessing costs us no lookup after a while. Whoever names another's key
//! must not lock it out: an address from which the key signed well is not bound by what others spoil.

use std::time::{Duration, Instant};

use city_boot::RedisStore;
use city_ratelimit::{
    Decision, Digest, Limit, Limits, Local, Recent, RedisDown, Refused, Rule, digest_of,
};

use crate::error::Error;

const MINUTE_US: i64 = 60_000_000;
/// Addresses and keys that are remembered.
const ROOM: usize = 100_000;

/// How many calls there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallRates {
    /// Of a key at once.
    pub burst: u32,
    /// Of a key in a minute, at least 1.
    pub per_minute: u32,
    /// Badly signed ones of an address, or naming a key, at once and in a minute, at least 1.
    pub failures_per_minute: u32,
    /// How long Redis has to count one; after that this instance decides alone, at a quarter.
    pub patience: Duration,
}

/// The counters.
#[derive(Debug)]
pub struct Calls {
    limits: Limits,
    signed: Limit,
    failed: Local,
    failures: Rule,
    proven: Recent,
    started: Instant,
}

impl Calls {
    /// Counters that are shared through this Redis.
    pub fn new(redis: RedisStore, rates: CallRates) -> Self {
        let rule = |burst: u32, per_minute: u32| Rule {
            burst: burst.max(1),
            interval_us: MINUTE_US / i64::from(per_minute.max(1)),
        };
        let of_key = rule(rates.burst, rates.per_minute);
        Self {
            limits: Limits::with_patience(redis, rates.patience),
            signed: Limit { name: "merchant-signed", rule: of_key, redis_down: RedisDown::Process },
            failed: Local::with_room(ROOM),
            failures: rule(rates.failures_per_minute, rates.failures_per_minute),
            proven: Recent::with_room(ROOM),
            started: Instant::now(),
        }
    }

    /// Whether a call may be looked at.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(super) fn admit(&self, address: &str, key: &str) -> Result<(), Error> {
        let now_us = self.now_us();
        let over = |digest: &Digest| match self.failed.foresee(now_us, digest, self.failures, 1) {
            Decision::Allow { .. } => None,
            Decision::Refuse { retry_after_us } => Some(retry_after_us),
        };
        let proven = self.proven.knows(&pair(address, key));
        let of_key = (!proven).then(|| over(&of_key(key))).flatten();
        match over(&of_address(address)).max(of_key) {
            None => Ok(()),
            Some(wait_us) => {
                let seconds = wait_us.unsigned_abs().div_ceil(1_000_000).max(1);
                Err(Error::RateLimited { retry_after_seconds: seconds })
            }
        }
    }

    /// A call was not signed well.
    pub(super) fn failed(&self, address: &str, key: &str) {
        let now_us = self.now_us();
        for digest in [of_address(address), of_key(key)] {
            self.failed.decide(now_us, digest, self.failures, 1);
        }
    }

    /// A call was signed well.
    ///
    /// # Errors
    /// `RateLimited` when there were too many of its key.
    pub(super) async fn signed(&self, address: &str, key: &str) -> Result<(), Error> {
        self.proven.see(pair(address, key));
        let counted = self.limits.check(&self.signed, key, 1).await;
        counted.map_err(|refused: Refused| Error::RateLimited {
            retry_after_seconds: refused.retry_after_seconds(),
        })
    }

    fn now_us(&self) -> i64 {
        self.started.elapsed().as_micros().try_into().unwrap_or(i64::MAX)
    }
}

fn of_address(address: &str) -> Digest {
    digest_of("merchant-failed-address", address)
}

fn of_key(key: &str) -> Digest {
    digest_of("merchant-failed-key", key)
}

fn pair(address: &str, key: &str) -> Digest {
    digest_of("merchant-proven", &format!("{address} {key}"))
}
