//! Prepared documents by the SHA-256 of their text: the least recently used go first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};

use super::Prepared;
use crate::lru::Lru;

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
        let is_hex = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        for (at, byte) in hash.iter_mut().enumerate().filter(|_| is_hex) {
            *byte = u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        is_hex.then_some(Self(hash))
    }

    /// In lower-case hexadecimal, as clients and manifests write it.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }
}

const ROOM_BYTES: usize = 16 * 1024 * 1024;
/// Longer texts are rare and would push out many short ones.
const LONGEST_TEXT_BYTES: usize = 8 * 1024;

/// A bounded memory of documents that passed. Free to be lost.
#[derive(Debug)]
pub struct DocumentCache(Mutex<Lru<TextHash, Arc<Prepared>>>);

impl Default for DocumentCache {
    fn default() -> Self {
        Self::with_room(ROOM_BYTES)
    }
}

impl DocumentCache {
    pub fn with_room(room_bytes: usize) -> Self {
        Self(Mutex::new(Lru::with_room(room_bytes)))
    }

    pub fn get(&self, hash: TextHash) -> Option<Arc<Prepared>> {
        self.lock().get(&hash).cloned()
    }

    /// Keeps a document, unless its text is too long to be worth it.
    pub fn keep(&self, hash: TextHash, prepared: &Arc<Prepared>) {
        if prepared.text_bytes() <= LONGEST_TEXT_BYTES {
            self.lock().keep(hash, Arc::clone(prepared), prepared.weight_bytes());
        }
    }

    /// A thread that died while holding the lock leaves a cache that is at worst incomplete.
    fn lock(&self) -> MutexGuard<'_, Lru<TextHash, Arc<Prepared>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
