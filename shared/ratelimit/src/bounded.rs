//! What a process remembers by key, whatever strangers send.

use std::collections::HashMap;

use crate::Digest;

/// Two generations of half the room each: when the young one is full it becomes the old one, and the oldest keys are
/// forgotten. Every step takes constant time.
#[derive(Debug)]
pub(crate) struct Bounded<V> {
    half: usize,
    young: HashMap<Digest, V>,
    old: HashMap<Digest, V>,
}

impl<V: Copy> Bounded<V> {
    pub(crate) fn with_room(keys: usize) -> Self {
        Self { half: (keys / 2).max(1), young: HashMap::new(), old: HashMap::new() }
    }

    pub(crate) fn get(&self, key: &Digest) -> Option<V> {
        self.young.get(key).or_else(|| self.old.get(key)).copied()
    }

    pub(crate) fn insert(&mut self, key: Digest, value: V) {
        if self.young.len() >= self.half && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    pub(crate) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}
