//! The keys that sign heads.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::{Hash, sha256};

/// What stands before the hash in the signed bytes, so that no other signature of the key fits.
const DOMAIN: &[u8] = b"city.pay.head.v1";

/// An Ed25519 key that signs heads.
pub struct HeadKey {
    pair: Ed25519KeyPair,
    kid: String,
}

impl std::fmt::Debug for HeadKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HeadKey({}, [redacted])", self.kid)
    }
}

impl HeadKey {
    /// The key of a 32-byte seed.
    ///
    /// # Panics
    /// Never: every 32 bytes are an Ed25519 seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("32 bytes are a seed");
        let kid = thumbprint(pair.public_key().as_ref());
        Self { pair, kid }
    }

    /// The RFC 7638 thumbprint, which names the key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The signature of a batch with this hash.
    pub fn sign(&self, hash: &Hash) -> [u8; 64] {
        self.sign_in(DOMAIN, hash)
    }

    /// The signature of a hash of another kind, named by the domain.
    pub(crate) fn sign_in(&self, domain: &[u8], hash: &Hash) -> [u8; 64] {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.pair.sign(&[domain, hash].concat()).as_ref());
        signature
    }

    /// The public half alone, as it is published.
    pub fn published(&self) -> PublishedKeys {
        let x = URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref());
        let (kty, crv) = ("OKP".to_owned(), "Ed25519".to_owned());
        PublishedKeys { keys: vec![Jwk { kty, crv, x, kid: self.kid.clone() }] }
    }
}

/// The published keys: a JWK set (RFC 7517, 8037).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKeys {
    keys: Vec<Jwk>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    kid: String,
}

/// The published keys cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableKeys {
    /// Not a JWK set.
    #[error("this is not a JSON object with a list of keys")]
    Shape,
    /// A key is not Ed25519, or its name is not its thumbprint.
    #[error("key {0} is not an Ed25519 key named by its thumbprint")]
    Key(String),
}

impl PublishedKeys {
    /// Reads a JWK set.
    ///
    /// # Errors
    /// [`UnreadableKeys`] says what is wrong with it.
    pub fn parse(json: &str) -> Result<Self, UnreadableKeys> {
        let set: Self = serde_json::from_str(json).map_err(|_| UnreadableKeys::Shape)?;
        for key in &set.keys {
            let raw = URL_SAFE_NO_PAD.decode(&key.x).unwrap_or_default();
            let named = raw.len() == 32 && thumbprint(&raw) == key.kid;
            if key.kty != "OKP" || key.crv != "Ed25519" || !named {
                return Err(UnreadableKeys::Key(key.kid.clone()));
            }
        }
        Ok(set)
    }

    /// These keys and others.
    #[must_use]
    pub fn with(mut self, others: Self) -> Self {
        self.keys.extend(others.keys);
        self
    }

    /// Whether a signature over a batch's hash is by the key of this name; none when the key is unknown.
    pub fn verify(&self, kid: &str, hash: &Hash, signature: &[u8]) -> Option<bool> {
        self.verify_in(DOMAIN, kid, hash, signature)
    }

    /// The same for a hash of another kind, named by the domain.
    pub(crate) fn verify_in(
        &self,
        domain: &[u8],
        kid: &str,
        hash: &Hash,
        signature: &[u8],
    ) -> Option<bool> {
        let key = self.keys.iter().find(|key| key.kid == kid)?;
        let raw = URL_SAFE_NO_PAD.decode(&key.x).ok()?;
        let public = ParsedPublicKey::new(&ED25519, &raw).ok()?;
        Some(public.verify_sig(&[domain, hash].concat(), signature).is_ok())
    }
}

fn thumbprint(raw: &[u8]) -> String {
    let x = URL_SAFE_NO_PAD.encode(raw);
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(sha256(&[canonical.as_bytes()]))
}
