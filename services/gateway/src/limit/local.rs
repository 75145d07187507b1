//! The limits one process keeps by itself while Redis is away.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::gcra::{Decision, Rule, decide};

/// A key as it is stored: a digest, so that no address or account is.
pub(super) type Digest = [u8; 16];

/// Two generations of half the room each: when the young one is full it becomes the old one, and the oldest keys are
/// forgotten. Bounded whatever a stranger sends, and every step takes constant time.
#[derive(Debug)]
pub struct Local {
    half: usize,
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Digest, i64>,
    old: HashMap<Digest, i64>,
}

impl Local {
    pub fn with_room(keys: usize) -> Self {
        Self { half: (keys / 2).max(1), generations: Mutex::default() }
    }

    /// Decides by this process's own memory; `rule` is taken as it is.
    pub fn decide(&self, now_us: i64, key: Digest, rule: Rule, units: u32) -> Decision {
        let mut kept = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = kept.young.get(&key).or_else(|| kept.old.get(&key)).copied();
        let decision = decide(now_us, stored, rule, units);
        if let Decision::Allow { stored_us } = decision {
            if kept.young.len() >= self.half && !kept.young.contains_key(&key) {
                kept.old = std::mem::take(&mut kept.young);
            }
            kept.young.insert(key, stored_us);
        }
        decision
    }

    /// Keys held now.
    pub fn len(&self) -> usize {
        let kept = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        kept.young.len() + kept.old.len()
    }

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
}
