//! One-time codes: how they are made, and how they and the device that asked are authenticated without being kept.

use std::fmt;

use city_auth::{Key, constant_time_eq};
use city_ids::ChallengeId;

/// Six digits.
///
/// Privacy: `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// The text is not six ASCII digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code is six digits")]
pub struct CodeError;

impl Code {
    /// A code from random bytes; of 2⁶⁴ values the bias of the remainder cannot be seen.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        Self(format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000))
    }

    /// Reads a code as typed.
    ///
    /// # Errors
    /// [`CodeError`] for anything but six ASCII digits.
    pub fn parse(raw: &str) -> Result<Self, CodeError> {
        let digits = raw.len() == 6 && raw.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(Self(raw.to_owned())) } else { Err(CodeError) }
    }

    /// The digits, to be sealed or compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code([redacted])")
    }
}

/// What is kept instead of a code and its device's nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The key that made it.
    pub key_id: u8,
    /// Over challenge and code.
    pub mac: Vec<u8>,
    /// Over challenge and nonce.
    pub nonce_mac: Vec<u8>,
}

impl Proof {
    /// The proof of a code under a key.
    pub fn new(key: &Key, challenge: ChallengeId, code: &Code, nonce: &str) -> Self {
        let id = challenge.as_uuid();
        Self {
            key_id: key.kid(),
            mac: key.mac(&[b"code", id.as_bytes(), code.0.as_bytes()]).to_vec(),
            nonce_mac: key.mac(&[b"nonce", id.as_bytes(), nonce.as_bytes()]).to_vec(),
        }
    }

    /// Whether code and nonce are both right; both are always compared.
    pub fn matches(&self, other: &Self) -> bool {
        let code = constant_time_eq(&self.mac, &other.mac);
        let nonce = constant_time_eq(&self.nonce_mac, &other.nonce_mac);
        code & nonce
    }
}

#[cfg(test)]
mod tests {
    use city_auth::{KeyName, Keyring};
    use city_ids::Ids;

    use super::*;

    #[test]
    fn a_proof_holds_for_its_own_challenge_code_and_nonce_only() {
        let ids = Ids::seeded(1);
        let keyring = Keyring::generate(&ids);
        let key = keyring.newest(KeyName::Otp);
        let at = chrono::DateTime::UNIX_EPOCH;
        let (one, other) = (ids.next(at), ids.next(at));
        let code = |raw| Code::parse(raw).unwrap();
        let proof = Proof::new(key, one, &code("012345"), "nonce-1");

        assert!(proof.matches(&Proof::new(key, one, &code("012345"), "nonce-1")));
        assert!(!proof.matches(&Proof::new(key, one, &code("012346"), "nonce-1")));
        assert!(!proof.matches(&Proof::new(key, one, &code("012345"), "nonce-2")));
        assert!(!proof.matches(&Proof::new(key, other, &code("012345"), "nonce-1")));
    }

    #[test]
    fn a_code_is_six_ascii_digits() {
        assert_eq!(Code::from_random([0; 8]).as_str(), "000000");
        assert_eq!(Code::from_random([0xff; 8]).as_str().len(), 6);
        for raw in ["12345", "1234567", "12345a", "１２３４５６", " 12345", ""] {
            assert_eq!(Code::parse(raw), Err(CodeError), "{raw:?}");
        }
    }
}
