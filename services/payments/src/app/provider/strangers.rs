//! Notices that nobody proves: how many of an address are taken in, over all instances, so that strangers cost us little.
//!
//! Money that arrived must not be turned away: a notice that is proven counts wherever it came from and however many others did.
//! Whoever is turned away hears what makes a provider send its notice again. While Redis is away each instance counts by itself.

use city_boot::RedisStore;
use city_ratelimit::{Limit, Limits, RedisDown, Rule};

use super::super::payee::CallRates;
use crate::error::Error;

const MINUTE_US: i64 = 60_000_000;

/// The counters.
#[derive(Debug)]
pub struct Strangers {
    limits: Limits,
    unproven: Limit,
}

impl Strangers {
    /// Counters that are shared through this Redis.
    pub fn new(redis: RedisStore, rates: CallRates) -> Self {
        let burst = rates.failures_per_minute.max(1);
        let rule = Rule { burst, interval_us: MINUTE_US / i64::from(burst) };
        Self {
            unproven: Limit { name: "notice-unproven", rule, redis_down: RedisDown::ProcessInFull },
            limits: Limits::with_patience(redis, rates.patience),
        }
    }

    /// Whether a notice from an address that is not proven is taken in.
    ///
    /// # Errors
    /// `RateLimited`.
    pub(super) async fn admit(&self, address: &str) -> Result<(), Error> {
        let foreseen = self.limits.foresee(&self.unproven, address).await;
        foreseen.map_err(|refused| Error::RateLimited {
            retry_after_seconds: refused.retry_after_seconds(),
        })
    }

    /// A notice from an address was not proven.
    pub(super) async fn unproven(&self, address: &str) {
        self.limits.count(&self.unproven, address).await;
    }
}
