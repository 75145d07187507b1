//! Signing and verifying of JWTs after RFC 8725: one algorithm, exact `typ`, our clock, no key taken from the token.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Duration, TimeZone as _, Utc};
use city_clock::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How far two clocks of the city may differ.
pub(crate) const LEEWAY: Duration = Duration::seconds(5);

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token of this kind, or not signed by a key we know.
    #[error("the token is not valid here")]
    Invalid,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come: a clock is wrong.
    #[error("the token is not valid yet")]
    NotYetValid,
}

/// An Ed25519 key that signs.
pub struct SigningKey {
    kid: String,
    pair: Ed25519KeyPair,
    encoding: EncodingKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({}, [redacted])", self.kid)
    }
}

impl SigningKey {
    /// The key of a 32-byte seed.
    ///
    /// # Panics
    /// Never: every 32 bytes are an Ed25519 seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("32 bytes are a seed");
        let document = pair.to_pkcs8v1().expect("an Ed25519 key has a PKCS #8 form");
        let encoding = EncodingKey::from_ed_der(document.as_ref());
        let kid = thumbprint(pair.public_key().as_ref());
        Self { kid, pair, encoding }
    }

    /// The RFC 7638 thumbprint, which names the key.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::from_raw(self.pair.public_key().as_ref())
    }

    /// A compact JWT of `typ` with these claims.
    pub(crate) fn sign<C: Serialize>(&self, typ: &str, claims: &C) -> String {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.encoding)
            .expect("our claims are JSON and our key is Ed25519")
    }
}

/// An Ed25519 key that verifies.
#[derive(Clone)]
pub struct VerifyingKey {
    kid: String,
    raw: Vec<u8>,
    decoding: DecodingKey,
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifyingKey({})", self.kid)
    }
}

/// A public key as JWKS lists it (RFC 8037).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicJwk {
    /// Always `OKP`.
    pub kty: String,
    /// Always `Ed25519`.
    pub crv: String,
    /// The public key, base64url.
    pub x: String,
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// Always `EdDSA`.
    pub alg: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: String,
}

impl VerifyingKey {
    /// The key of 32 public bytes.
    pub fn from_raw(raw: &[u8]) -> Self {
        // jsonwebtoken's `from_ed_der` wants the raw public key, whatever its name says.
        Self { kid: thumbprint(raw), raw: raw.to_vec(), decoding: DecodingKey::from_ed_der(raw) }
    }

    /// The key of a JWK; none if it is not Ed25519 or its `kid` is not its thumbprint.
    pub fn from_jwk(jwk: &PublicJwk) -> Option<Self> {
        let raw = URL_SAFE_NO_PAD.decode(&jwk.x).ok()?;
        let key = Self::from_raw(&raw);
        (jwk.kty == "OKP" && jwk.crv == "Ed25519" && raw.len() == 32 && jwk.kid == key.kid)
            .then_some(key)
    }

    /// The key as JWKS lists it.
    pub fn jwk(&self) -> PublicJwk {
        PublicJwk {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x: URL_SAFE_NO_PAD.encode(&self.raw),
            kid: self.kid.clone(),
            alg: "EdDSA".to_owned(),
            usage: "sig".to_owned(),
        }
    }

    /// The thumbprint that names the key.
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

fn thumbprint(raw: &[u8]) -> String {
    let canonical =
        format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, URL_SAFE_NO_PAD.encode(raw));
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, canonical.as_bytes());
    URL_SAFE_NO_PAD.encode(digest)
}

/// Verifies a token of exactly this `typ` with the key its `kid` names among ours, and gives its claims.
///
/// Times are the caller's to check ([`check_times`]): the claims differ by token.
pub(crate) fn verify<'k, C: DeserializeOwned>(
    token: &str,
    typ: &str,
    max_bytes: usize,
    key_of: impl FnOnce(&str) -> Option<&'k VerifyingKey>,
) -> Result<C, TokenError> {
    if token.len() > max_bytes {
        return Err(TokenError::Invalid);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
    let known_shape = header.alg == Algorithm::EdDSA && header.typ.as_deref() == Some(typ);
    let key = header
        .kid
        .as_deref()
        .filter(|_| known_shape)
        .and_then(key_of)
        .ok_or(TokenError::Invalid)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    // The library reads the system clock and takes float times; both are checked here instead.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<C>(token, &key.decoding, &validation)
        .map(|data| data.claims)
        .map_err(|_| TokenError::Invalid)
}

/// Checks `nbf` and `exp` (seconds since 1970) with our clock.
pub(crate) fn check_times(not_before: i64, expires: i64, now: Timestamp) -> Result<(), TokenError> {
    let at = |seconds| Utc.timestamp_opt(seconds, 0).single().ok_or(TokenError::Invalid);
    if now + LEEWAY < at(not_before)? {
        return Err(TokenError::NotYetValid);
    }
    if now - LEEWAY >= at(expires)? {
        return Err(TokenError::Expired);
    }
    Ok(())
}
