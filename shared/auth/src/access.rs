//! The access token: what an app holds for 300 seconds. It says who and which session, nothing else.

use std::collections::HashMap;

use chrono::Duration;
use city_clock::Timestamp;
use city_ids::{AccountId, SessionId};
use serde::{Deserialize, Serialize};

use crate::jwt::{self, PublicJwk, SigningKey, TokenError, VerifyingKey};
use crate::principal::PrincipalKind;

const TYP: &str = "at+jwt";
/// Bounds the work a stranger can cause.
const MAX_BYTES: usize = 2 * 1024;

/// How long an access token lives.
pub const LIFE: Duration = Duration::seconds(300);

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessClaims {
    /// The issuer, the city's public URL.
    pub iss: String,
    /// Always `gateway`: services refuse client tokens.
    pub aud: String,
    /// The person.
    pub sub: AccountId,
    /// The session.
    pub sid: SessionId,
    /// Resident, assisted or staff.
    pub kind: PrincipalKind,
    /// The refresh token's number this token came with.
    pub rn: u32,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Not valid before.
    pub nbf: i64,
    /// Not valid from then on.
    pub exp: i64,
}

impl AccessClaims {
    /// The claims of a token issued now.
    pub fn new(
        issuer: &str,
        sub: AccountId,
        sid: SessionId,
        kind: PrincipalKind,
        rn: u32,
        now: Timestamp,
    ) -> Self {
        let iat = now.timestamp();
        let exp = iat + LIFE.num_seconds();
        Self {
            iss: issuer.to_owned(),
            aud: "gateway".to_owned(),
            sub,
            sid,
            kind,
            rn,
            iat,
            nbf: iat,
            exp,
        }
    }

    /// The token.
    pub fn sign(&self, key: &SigningKey) -> String {
        key.sign(TYP, self)
    }
}

/// The public keys that sign access tokens, as fetched from the accounts service.
#[derive(Debug, Clone, Default)]
pub struct AccessKeys(HashMap<String, VerifyingKey>);

/// A JWK set (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwks {
    /// The keys.
    pub keys: Vec<PublicJwk>,
}

impl AccessKeys {
    /// The usable keys of a set; others are left out.
    pub fn from_jwks(jwks: &Jwks) -> Self {
        Self(
            jwks.keys
                .iter()
                .filter_map(VerifyingKey::from_jwk)
                .map(|key| (key.kid().to_owned(), key))
                .collect(),
        )
    }

    /// The key of a name.
    pub(crate) fn key(&self, kid: &str) -> Option<&VerifyingKey> {
        self.0.get(kid)
    }

    /// Whether a key of this name is known, for a single refetch when it is not.
    pub fn knows(&self, token: &str) -> bool {
        let header =
            (token.len() <= MAX_BYTES).then(|| jsonwebtoken::decode_header(token).ok()).flatten();
        header.and_then(|header| header.kid).is_none_or(|kid| self.0.contains_key(&kid))
    }

    /// Verifies an access token.
    ///
    /// # Errors
    /// `Invalid`, `Expired`, `NotYetValid`.
    pub fn verify(
        &self,
        token: &str,
        issuer: &str,
        now: Timestamp,
    ) -> Result<AccessClaims, TokenError> {
        let claims: AccessClaims = jwt::verify(token, TYP, MAX_BYTES, |kid| self.0.get(kid))?;
        let of_a_person = matches!(
            claims.kind,
            PrincipalKind::Resident | PrincipalKind::Assisted | PrincipalKind::Staff
        );
        if claims.iss != issuer || claims.aud != "gateway" || !of_a_person {
            return Err(TokenError::Invalid);
        }
        jwt::check_times(claims.nbf, claims.exp, now)?;
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use chrono::{TimeZone as _, Utc};
    use city_ids::Ids;

    use super::*;

    fn at() -> Timestamp {
        Utc.with_ymd_and_hms(2026, 11, 20, 8, 0, 0).unwrap()
    }

    fn claims() -> AccessClaims {
        let ids = Ids::seeded(1);
        AccessClaims::new(
            "https://hue.example",
            ids.next(at()),
            ids.next(at()),
            PrincipalKind::Resident,
            1,
            at(),
        )
    }

    fn keys(key: &SigningKey) -> AccessKeys {
        AccessKeys::from_jwks(&Jwks { keys: vec![key.verifying_key().jwk()] })
    }

    /// A token with a header and payload of the attacker's choice, signed with our key.
    fn forged(key: &SigningKey, header: &str, payload: &str) -> String {
        let signed = key.sign(TYP, &claims());
        let signature = signed.rsplit('.').next().unwrap();
        format!(
            "{}.{}.{signature}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(payload)
        )
    }

    #[test]
    fn a_token_proves_its_claims_until_it_expires() {
        let key = SigningKey::from_seed(&[7; 32]);
        let token = claims().sign(&key);
        let verify = |now| keys(&key).verify(&token, "https://hue.example", now);

        assert_eq!(verify(at()), Ok(claims()));
        assert_eq!(verify(at() + Duration::seconds(304)), Ok(claims()));
        assert_eq!(verify(at() + Duration::seconds(305)), Err(TokenError::Expired));
        assert_eq!(verify(at() - Duration::seconds(6)), Err(TokenError::NotYetValid));
        assert_eq!(
            keys(&key).verify(&token, "https://other.example", at()),
            Err(TokenError::Invalid)
        );
    }

    #[test]
    fn tokens_of_other_kinds_keys_and_algorithms_are_refused() {
        let (key, other) = (SigningKey::from_seed(&[7; 32]), SigningKey::from_seed(&[8; 32]));
        let payload = serde_json::to_string(&claims()).unwrap();
        let kid = key.kid();
        let candidates = [
            claims().sign(&other),
            key.sign("int+jwt", &claims()),
            forged(&key, r#"{"alg":"none","typ":"at+jwt"}"#, &payload),
            forged(&key, &format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}"}}"#), &payload),
            forged(
                &key,
                &format!(
                    r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{kid}","jku":"http://127.0.0.1"}}"#
                ),
                &payload,
            ),
            key.sign(TYP, &serde_json::json!({"iss": "https://hue.example", "aud": "gateway"})),
            format!("{}{}", claims().sign(&key), "A".repeat(3000)),
            String::new(),
            "..".to_owned(),
        ];

        for token in candidates {
            assert_eq!(
                keys(&key).verify(&token, "https://hue.example", at()),
                Err(TokenError::Invalid),
                "{token}"
            );
        }
    }

    #[test]
    fn times_must_be_whole_numbers() {
        let key = SigningKey::from_seed(&[7; 32]);
        for exp in [
            serde_json::json!("1"),
            serde_json::json!(1.5),
            serde_json::json!(1e99),
            serde_json::Value::Null,
        ] {
            let mut payload = serde_json::to_value(claims()).unwrap();
            payload["exp"] = exp;
            assert_eq!(
                keys(&key).verify(&key.sign(TYP, &payload), "https://hue.example", at()),
                Err(TokenError::Invalid)
            );
        }
    }
}
