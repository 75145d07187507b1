//! The step-up token: a person confirmed one operation with their PIN (`su+jwt`, 120 seconds, one service).
//!
//! The executing service describes the operation by a digest, accounts signs it, and the service recomputes it: a token
//! for one amount or payee is worth nothing for another.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use city_clock::Timestamp;
use city_ids::{AccountId, ServiceName, SessionId};
use serde::{Deserialize, Serialize};

use crate::access::AccessKeys;
use crate::jwt::{self, SigningKey, TokenError};

const TYP: &str = "su+jwt";
/// Bounds the work a stranger can cause.
const MAX_BYTES: usize = 2 * 1024;
const VERSION: &[u8] = b"su1";

/// How long a step-up token lives.
pub const LIFE: Duration = Duration::seconds(120);

/// SHA-256 over what an operation does: its name, the person, and its members in the order of their names, each with its
/// length before it, so that no two operations have the same digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OperationDigest(pub [u8; 32]);

impl OperationDigest {
    /// The digest of an operation of a person.
    pub fn of(operation: &str, account: AccountId, members: &[(&str, &str)]) -> Self {
        let mut sorted = members.to_vec();
        sorted.sort_unstable();
        let mut context = Context::new(&SHA256);
        let mut part = |bytes: &[u8]| {
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            context.update(&length.to_be_bytes());
            context.update(bytes);
        };
        part(VERSION);
        part(operation.as_bytes());
        part(account.to_string().as_bytes());
        for (name, value) in sorted {
            part(name.as_bytes());
            part(value.as_bytes());
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(context.finish().as_ref());
        Self(digest)
    }

    /// As it travels: base64url without padding.
    pub fn print(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Reads what [`print`](Self::print) wrote; none for anything else.
    pub fn parse(raw: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(raw).ok()?.try_into().ok().map(Self)
    }
}

/// What a step-up token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepUpClaims {
    /// The service that executes the operation.
    pub aud: String,
    /// The person.
    pub sub: AccountId,
    /// The session in which they confirmed.
    pub sid: SessionId,
    /// Names the token.
    pub jti: String,
    /// The operation.
    pub op: String,
    /// Its digest.
    pub dig: String,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Not valid from then on.
    pub exp: i64,
}

/// What a service is about to do, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// The service.
    pub audience: ServiceName,
    /// The person.
    pub account: AccountId,
    /// Their session.
    pub session: SessionId,
    /// Its name.
    pub name: &'a str,
    /// Its digest.
    pub digest: OperationDigest,
}

/// Why a step-up token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepUpError {
    /// Its 120 seconds are over.
    #[error("the confirmation has expired")]
    Expired,
    /// Not a token, not signed by accounts, or for another operation, amount, person, session or service.
    #[error("the confirmation is not for this operation")]
    Mismatch,
}

impl StepUpClaims {
    /// The claims of a token issued now.
    pub fn new(operation: &Operation<'_>, jti: String, now: Timestamp) -> Self {
        let iat = now.timestamp();
        Self {
            aud: operation.audience.as_str().to_owned(),
            sub: operation.account,
            sid: operation.session,
            jti,
            op: operation.name.to_owned(),
            dig: operation.digest.print(),
            iat,
            exp: iat + LIFE.num_seconds(),
        }
    }

    /// The token.
    pub fn sign(&self, key: &SigningKey) -> String {
        key.sign(TYP, self)
    }
}

impl AccessKeys {
    /// Verifies that a token confirms exactly this operation. That it acts once is the service's to see to.
    ///
    /// # Errors
    /// `Expired`, `Mismatch`.
    pub fn verify_step_up(
        &self,
        token: &str,
        operation: &Operation<'_>,
        now: Timestamp,
    ) -> Result<StepUpClaims, StepUpError> {
        let claims: StepUpClaims = jwt::verify(token, TYP, MAX_BYTES, |kid| self.key(kid))
            .map_err(|_| StepUpError::Mismatch)?;
        let same = claims.aud == operation.audience.as_str()
            && claims.sub == operation.account
            && claims.sid == operation.session
            && claims.op == operation.name
            && OperationDigest::parse(&claims.dig) == Some(operation.digest)
            && claims.exp - claims.iat <= LIFE.num_seconds();
        if !same {
            return Err(StepUpError::Mismatch);
        }
        match jwt::check_times(claims.iat, claims.exp, now) {
            Ok(()) => Ok(claims),
            Err(TokenError::Expired) => Err(StepUpError::Expired),
            Err(TokenError::Invalid | TokenError::NotYetValid) => Err(StepUpError::Mismatch),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};
    use city_ids::Ids;

    use super::*;
    use crate::access::Jwks;

    fn at() -> Timestamp {
        Utc.with_ymd_and_hms(2026, 11, 20, 8, 0, 0).unwrap()
    }

    fn operation(ids: &Ids) -> Operation<'static> {
        let account = ids.next(at());
        Operation {
            audience: ServiceName::Payments,
            account,
            session: ids.next(at()),
            name: "sendMoney",
            digest: OperationDigest::of("sendMoney", account, &[("amount", "5000"), ("note", "")]),
        }
    }

    #[test]
    fn the_digest_knows_every_member_and_not_their_order() {
        let account = Ids::seeded(1).next(at());
        let of = |members| OperationDigest::of("op", account, members);

        assert_eq!(of(&[("a", "1"), ("b", "2")]), of(&[("b", "2"), ("a", "1")]));
        assert_ne!(of(&[("a", "1"), ("b", "2")]), of(&[("a", "12"), ("b", "")]));
        assert_ne!(of(&[("a", "1")]), of(&[("a", "2")]));
        assert_ne!(of(&[]), OperationDigest::of("op", Ids::seeded(2).next(at()), &[]));
        let printed = of(&[("a", "1")]).print();
        assert_eq!(OperationDigest::parse(&printed), Some(of(&[("a", "1")])));
    }

    #[test]
    fn a_token_confirms_one_operation_of_one_session_for_120_seconds() {
        let (ids, key) = (Ids::seeded(1), SigningKey::from_seed(&[9; 32]));
        let keys = AccessKeys::from_jwks(&Jwks { keys: vec![key.verifying_key().jwk()] });
        let asked = operation(&ids);
        let token = StepUpClaims::new(&asked, "one".to_owned(), at()).sign(&key);

        assert!(keys.verify_step_up(&token, &asked, at()).is_ok());
        let other = |operation| keys.verify_step_up(&token, &operation, at()).unwrap_err();
        let digest = OperationDigest::of("sendMoney", asked.account, &[("amount", "5001")]);
        for operation in [
            Operation { digest, ..asked },
            Operation { name: "payBill", ..asked },
            Operation { audience: ServiceName::Accounts, ..asked },
            Operation { session: ids.next(at()), ..asked },
            Operation { account: ids.next(at()), ..asked },
        ] {
            assert_eq!(other(operation), StepUpError::Mismatch);
        }
        let late = at() + LIFE + Duration::seconds(5);
        assert_eq!(keys.verify_step_up(&token, &asked, late), Err(StepUpError::Expired));
        let strange = StepUpClaims::new(&asked, "two".to_owned(), at());
        let strange = strange.sign(&SigningKey::from_seed(&[8; 32]));
        assert_eq!(keys.verify_step_up(&strange, &asked, at()), Err(StepUpError::Mismatch));
    }
}
