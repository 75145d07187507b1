//! The limits one process keeps by itself while Redis is away.

use std::sync::{Mutex, PoisonError};

use crate::bounded::Bounded;
use crate::gcra::{Decision, Rule, decide};

/// A key as it is stored: a digest, so that no address or account is.
pub type Digest = [u8; 16];

/// What one process grants by itself: bounded whatever a stranger sends, and every step takes constant time.
#[derive(Debug)]
pub struct Local(Mutex<Bounded<i64>>);

impl Local {
    /// Room for so many keys.
    pub fn with_room(keys: usize) -> Self {
        Self(Mutex::new(Bounded::with_room(keys)))
    }

    /// Decides by this process's own memory; `rule` is taken as it is.
    pub fn decide(&self, now_us: i64, key: Digest, rule: Rule, units: u32) -> Decision {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let decision = decide(now_us, kept.get(&key), rule, units);
        if let Decision::Allow { stored_us } = decision {
            kept.insert(key, stored_us);
        }
        decision
    }

    /// What [`Local::decide`] would say, without taking anything.
    pub fn foresee(&self, now_us: i64, key: &Digest, rule: Rule, units: u32) -> Decision {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        decide(now_us, kept.get(key), rule, units)
    }

    /// Keys held now.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether no key is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_keys_stays_within_the_room() {
        let local = Local::with_room(1_000);
        let rule = Rule { burst: 1, interval_us: 1_000_000 };

        for key in 0..10_000_u128 {
            local.decide(0, key.to_be_bytes(), rule, 1);
        }

        assert!(local.len() <= 1_000, "{}", local.len());
        let newest = local.decide(0, 9_999_u128.to_be_bytes(), rule, 1);
        assert_eq!(newest, Decision::Refuse { retry_after_us: 1_000_000 });
    }

    #[test]
    fn what_is_foreseen_takes_nothing() {
        let local = Local::with_room(10);
        let rule = Rule { burst: 1, interval_us: 1_000_000 };

        for _ in 0..3 {
            let foreseen = local.foresee(0, &[1; 16], rule, 1);
            assert_eq!(foreseen, Decision::Allow { stored_us: 1_000_000 });
        }
        assert_eq!(local.decide(0, [1; 16], rule, 1), Decision::Allow { stored_us: 1_000_000 });
        let over = Decision::Refuse { retry_after_us: 1_000_000 };
        assert_eq!(local.foresee(0, &[1; 16], rule, 1), over);
    }
}
