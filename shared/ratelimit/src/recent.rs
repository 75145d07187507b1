//! Keys that were seen lately.

use std::sync::{Mutex, PoisonError};

use crate::Digest;
use crate::bounded::Bounded;

/// Remembers at least the last half of so many keys, and none for ever.
#[derive(Debug)]
pub struct Recent(Mutex<Bounded<()>>);

impl Recent {
    /// Room for so many keys.
    pub fn with_room(keys: usize) -> Self {
        Self(Mutex::new(Bounded::with_room(keys)))
    }

    /// It was seen.
    pub fn see(&self, key: Digest) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, ());
    }

    /// Whether it is remembered.
    pub fn knows(&self, key: &Digest) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_known_and_a_flood_is_forgotten() {
        let recent = Recent::with_room(100);
        for key in 0..10_000_u128 {
            recent.see(key.to_be_bytes());
        }

        assert!((9_951..10_000_u128).all(|key| recent.knows(&key.to_be_bytes())));
        assert!(!recent.knows(&0_u128.to_be_bytes()));
    }
}
