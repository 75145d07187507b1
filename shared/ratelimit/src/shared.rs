//! The limits all processes share: one script a check, with the clock of Redis.

use std::time::Duration;

use city_boot::RedisStore;
use redis::Script;

use super::gcra::Rule;

/// How Redis decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It passes.
    Allow,
    /// It does not.
    Refuse {
        /// The same passes after so many microseconds.
        retry_after_us: i64,
    },
    /// No answer within the patience.
    Away,
}

/// The shared counters.
#[derive(Debug)]
pub struct Shared {
    store: RedisStore,
    script: Script,
    patience: Duration,
}

impl Shared {
    /// Counters in this Redis, which answers within `patience` or is away.
    pub fn new(store: RedisStore, patience: Duration) -> Self {
        Self { store, script: Script::new(include_str!("gcra.lua")), patience }
    }

    /// Decides over a key; `now_us` replaces the clock of Redis.
    pub async fn decide(&self, key: &str, rule: Rule, units: u32, now_us: Option<i64>) -> Answer {
        self.ask(key, rule, units, now_us, "take").await
    }

    /// What [`Shared::decide`] would say, without taking anything.
    pub async fn foresee(&self, key: &str, rule: Rule, units: u32, now_us: Option<i64>) -> Answer {
        self.ask(key, rule, units, now_us, "foresee").await
    }

    async fn ask(
        &self,
        key: &str,
        rule: Rule,
        units: u32,
        now_us: Option<i64>,
        what: &str,
    ) -> Answer {
        let mut call = self.script.key(self.store.key(key));
        call.arg(rule.interval_us).arg(rule.burst).arg(units);
        match now_us {
            Some(now) => call.arg(now),
            None => call.arg(""),
        };
        call.arg(what);
        match tokio::time::timeout(self.patience, self.store.run_script::<i64>(&call)).await {
            Ok(Ok(0)) => Answer::Allow,
            Ok(Ok(retry_after_us)) => Answer::Refuse { retry_after_us },
            Ok(Err(_)) | Err(_) => Answer::Away,
        }
    }
}
