//! Prepared documents by the SHA-256 of their text: the least recently used go first.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::digest::{SHA256, digest};

use super::Prepared;

/// The SHA-256 of a document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TextHash([u8; 32]);

impl TextHash {
    pub fn of(text: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        Self(hash)
    }

    /// Reads the form that clients write.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let mut hash = [0; 32];
        for (at, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        (hex.len() == 64).then_some(Self(hash))
    }

    /// In lower-case hexadecimal, as clients and manifests write it.
    pub fn to_hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    }
}

const ROOM_BYTES: usize = 16 * 1024 * 1024;
/// Longer texts are rare and would push out many short ones.
const LONGEST_TEXT_BYTES: usize = 8 * 1024;

/// A bounded memory of documents that passed. Free to be lost.
#[derive(Debug)]
pub struct DocumentCache {
    room_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: HashMap<TextHash, Entry>,
    /// By the tick of the last use; ticks are never equal.
    by_use: BTreeMap<u64, TextHash>,
    tick: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    prepared: Arc<Prepared>,
    used: u64,
    bytes: usize,
}

impl Default for DocumentCache {
    fn default() -> Self {
        Self::with_room(ROOM_BYTES)
    }
}

impl DocumentCache {
    pub fn with_room(room_bytes: usize) -> Self {
        Self { room_bytes, kept: Mutex::default() }
    }

    pub fn get(&self, hash: TextHash) -> Option<Arc<Prepared>> {
        let mut kept = self.lock();
        let Kept { entries, by_use, tick, .. } = &mut *kept;
        let entry = entries.get_mut(&hash)?;
        by_use.remove(&entry.used);
        *tick += 1;
        entry.used = *tick;
        by_use.insert(*tick, hash);
        Some(Arc::clone(&entry.prepared))
    }

    /// Keeps a document, unless its text is too long to be worth it.
    pub fn keep(&self, hash: TextHash, prepared: &Arc<Prepared>) {
        let bytes = prepared.weight_bytes();
        if prepared.text_bytes() > LONGEST_TEXT_BYTES || bytes > self.room_bytes {
            return;
        }
        let mut kept = self.lock();
        kept.remove(hash);
        while kept.bytes + bytes > self.room_bytes {
            let Some((_, oldest)) =
                kept.by_use.first_key_value().map(|(tick, hash)| (*tick, *hash))
            else {
                break;
            };
            kept.remove(oldest);
        }
        kept.tick += 1;
        let used = kept.tick;
        kept.by_use.insert(used, hash);
        kept.bytes += bytes;
        kept.entries.insert(hash, Entry { prepared: Arc::clone(prepared), used, bytes });
    }

    /// A thread that died while holding the lock leaves a cache that is at worst incomplete.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn remove(&mut self, hash: TextHash) {
        if let Some(entry) = self.entries.remove(&hash) {
            self.by_use.remove(&entry.used);
            self.bytes -= entry.bytes;
        }
    }
}
