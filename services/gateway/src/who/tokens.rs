//! Tokens whose signature was verified a moment ago: a busy app sends the same one with every request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use city_auth::access::AccessClaims;
use city_clock::Timestamp;

const MOST: usize = 20_000;

/// Claims by the digest of their token; the token itself is not kept.
#[derive(Debug, Default)]
pub struct VerifiedTokens(Mutex<HashMap<[u8; 32], AccessClaims>>);

impl VerifiedTokens {
    /// The claims of a token that was verified and has not expired. Only the signature is remembered, never a refusal.
    pub fn find(&self, token: &str, now: Timestamp) -> Option<AccessClaims> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&key(token))
            .filter(|claims| (claims.nbf..claims.exp).contains(&now.timestamp()))
            .cloned()
    }

    /// Remembers verified claims.
    pub fn keep(&self, token: &str, claims: AccessClaims) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key(token), claims);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn key(token: &str) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    key
}
