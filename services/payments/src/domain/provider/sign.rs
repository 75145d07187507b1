//! Signatures of providers: HMACs in hexadecimal.

use aws_lc_rs::hmac::{self, Algorithm, HMAC_SHA256, HMAC_SHA512, Key};
use secrecy::{ExposeSecret as _, SecretString};

/// Which HMAC.
#[derive(Debug, Clone, Copy)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Hash {
    fn key(self, secret: &SecretString) -> Key {
        let algorithm: Algorithm = match self {
            Self::Sha256 => HMAC_SHA256,
            Self::Sha512 => HMAC_SHA512,
        };
        Key::new(algorithm, secret.expose_secret().as_bytes())
    }

    /// The signature, in lower-case hex.
    pub fn sign(self, secret: &SecretString, text: &str) -> String {
        hex::encode(hmac::sign(&self.key(secret), text.as_bytes()))
    }

    /// Whether the signature, hex in either case, is of the text: compared in constant time. None is a failure.
    pub fn verifies(self, secret: &SecretString, text: &str, signature: Option<&str>) -> bool {
        let given = signature.and_then(|signature| hex::decode(signature).ok());
        given.is_some_and(|given| hmac::verify(&self.key(secret), text.as_bytes(), &given).is_ok())
    }
}
