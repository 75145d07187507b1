//! Signing, the simulator's own: nothing of the city's code is used, so that a fault there is seen.

use aws_lc_rs::hmac;

/// HMAC-SHA256 in hex.
pub fn sha256(secret: &str, text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex::encode(hmac::sign(&key, text.as_bytes()).as_ref())
}

/// HMAC-SHA512 in hex.
pub fn sha512(secret: &str, text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA512, secret.as_bytes());
    hex::encode(hmac::sign(&key, text.as_bytes()).as_ref())
}
