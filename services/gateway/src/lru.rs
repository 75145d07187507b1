//! A bounded memory: what was used least recently goes first.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Values with a weight each, up to a total. Free to be lost.
#[derive(Debug)]
pub struct Lru<K, V> {
    room_bytes: usize,
    entries: HashMap<K, Slot<V>>,
    /// By the tick of the last use; ticks are never equal.
    by_use: BTreeMap<u64, K>,
    tick: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Slot<V> {
    value: V,
    used: u64,
    bytes: usize,
}

impl<K: Eq + Hash + Clone, V> Lru<K, V> {
    pub fn with_room(room_bytes: usize) -> Self {
        let (entries, by_use) = (HashMap::new(), BTreeMap::new());
        Self { room_bytes, entries, by_use, tick: 0, bytes: 0 }
    }

    /// The value, now the most recently used.
    pub fn get(&mut self, key: &K) -> Option<&V> {
        let slot = self.entries.get_mut(key)?;
        let key = self.by_use.remove(&slot.used);
        self.tick += 1;
        slot.used = self.tick;
        self.by_use.extend(key.map(|key| (self.tick, key)));
        Some(&slot.value)
    }

    /// Keeps a value, unless it alone would not fit.
    pub fn keep(&mut self, key: K, value: V, bytes: usize) {
        self.remove(&key);
        if bytes > self.room_bytes {
            return;
        }
        while self.bytes + bytes > self.room_bytes {
            let Some((_, oldest)) = self.by_use.pop_first() else { break };
            self.bytes -= self.entries.remove(&oldest).map_or(0, |slot| slot.bytes);
        }
        self.tick += 1;
        self.bytes += bytes;
        self.by_use.insert(self.tick, key.clone());
        self.entries.insert(key, Slot { value, used: self.tick, bytes });
    }

    pub fn remove(&mut self, key: &K) {
        if let Some(slot) = self.entries.remove(key) {
            self.by_use.remove(&slot.used);
            self.bytes -= slot.bytes;
        }
    }
}
