//! The client-made key that makes a mutation happen once.

use serde::{Deserialize, Serialize};

/// An idempotency key: 8 to 128 visible ASCII characters, made by the client, one for each intention.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct IdempotencyKey(String);

/// Why a text is not an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key is 8 to 128 visible ASCII characters, for example a UUID")]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`IdempotencyKeyError`] for another length or other characters.
    pub fn parse(raw: &str) -> Result<Self, IdempotencyKeyError> {
        let visible = raw.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && (8..=128).contains(&raw.len()) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(IdempotencyKeyError)
        }
    }

    /// The key as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<IdempotencyKey> for String {
    fn from(key: IdempotencyKey) -> Self {
        key.0
    }
}

impl TryFrom<String> for IdempotencyKey {
    type Error = IdempotencyKeyError;

    fn try_from(raw: String) -> Result<Self, IdempotencyKeyError> {
        Self::parse(&raw)
    }
}
