//! How many calls the systems of merchants and billers make, and how many that are signed badly are looked at: in Redis, for all
//! instances together. While Redis is away each instance counts by itself, so that payments go on.
//!
//! Calls that are signed well are counted by their key alone. Those that are not are counted by where they come from and by the
//! key they name, so that guessing costs us no lookup after a while. Whoever names another's key must not lock it out: an
//! address from which the key signed well, at whichever instance, is not bound by what others spoil.

use std::sync::Arc;
use std::time::Duration;

use city_boot::{RedisStore, Tasks};
use city_ratelimit::{Known, Limit, Limits, RedisDown, Refused, Rule};
use futures_util::future::join;
use tokio::runtime::Handle;

use crate::error::Error;

const MINUTE_US: i64 = 60_000_000;
/// Addresses with keys that an instance remembers by itself.
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
    /// How long Redis has to count one; after that this instance decides alone: well signed ones at a quarter.
    pub patience: Duration,
}

/// The counters.
#[derive(Debug)]
pub struct Calls {
    limits: Limits,
    signed: Limit,
    failed_address: Limit,
    failed_key: Limit,
    proven: Known,
    broken_off: Tasks,
}

impl Calls {
    /// Counters that are shared through this Redis.
    pub fn new(redis: RedisStore, rates: CallRates) -> Self {
        let rule = |burst: u32, per_minute: u32| Rule {
            burst: burst.max(1),
            interval_us: MINUTE_US / i64::from(per_minute.max(1)),
        };
        let failed = |name| Limit {
            name,
            rule: rule(rates.failures_per_minute, rates.failures_per_minute),
            redis_down: RedisDown::ProcessInFull,
        };
        let of_key = rule(rates.burst, rates.per_minute);
        Self {
            signed: Limit { name: "merchant-signed", rule: of_key, redis_down: RedisDown::Process },
            failed_address: failed("merchant-failed-address"),
            failed_key: failed("merchant-failed-key"),
            proven: Known::new("merchant-proven", redis.clone(), ROOM)
                .with_patience(rates.patience),
            limits: Limits::with_patience(redis, rates.patience),
            broken_off: Tasks::new(),
        }
    }

    /// Whether a call may be looked at.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(super) async fn admit(&self, address: &str, key: &str) -> Result<(), Error> {
        let of_address = self.limits.foresee(&self.failed_address, address);
        let (of_address, of_key) =
            join(of_address, self.limits.foresee(&self.failed_key, key)).await;
        let of_key = match of_key {
            Err(_) if self.proven.knows(&pair(address, key)).await => Ok(()),
            of_key => of_key,
        };
        let waits = [of_address, of_key].into_iter().filter_map(Result::err);
        match waits.map(Refused::retry_after_seconds).max() {
            None => Ok(()),
            Some(retry_after_seconds) => Err(Error::RateLimited { retry_after_seconds }),
        }
    }

    /// A call was not signed well.
    pub(super) async fn failed(&self, address: &str, key: &str) {
        let of_address = self.limits.count(&self.failed_address, address);
        join(of_address, self.limits.count(&self.failed_key, key)).await;
    }

    /// A call broke off before it was known how it was signed, and nobody is there to wait until it is counted.
    pub(super) fn broke_off(self: &Arc<Self>, address: &str, key: &str) {
        // At the end of the process there is nothing to count with, and nothing to be counted for.
        if Handle::try_current().is_ok() {
            let (calls, address, key) = (self.clone(), address.to_owned(), key.to_owned());
            self.broken_off.spawn(async move { calls.failed(&address, &key).await });
        }
    }

    /// A call was signed well.
    ///
    /// # Errors
    /// `RateLimited` when there were too many of its key.
    pub(super) async fn signed(&self, address: &str, key: &str) -> Result<(), Error> {
        let pair = pair(address, key);
        let ((), counted) =
            join(self.proven.see(&pair), self.limits.check(&self.signed, key, 1)).await;
        counted.map_err(|refused: Refused| Error::RateLimited {
            retry_after_seconds: refused.retry_after_seconds(),
        })
    }
}

fn pair(address: &str, key: &str) -> String {
    format!("{address} {key}")
}
