//! The internal token: how one service proves to another who is asking (`int+jwt`, 30 seconds, one audience).

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Duration, TimeZone as _, Utc};
use city_clock::{SharedClock, Timestamp};
use city_ids::{AccountId, ServiceName, SessionId};
use serde::{Deserialize, Serialize};

use crate::jwt::{self, PublicJwk, SigningKey, TokenError, VerifyingKey};
use crate::principal::{Grant, Principal, PrincipalKind};

const TYP: &str = "int+jwt";
/// Grants make it longer than a client's token.
const MAX_BYTES: usize = 8 * 1024;
const LIFE: Duration = Duration::seconds(30);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    kind: PrincipalKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<SessionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<AccountId>,
    ial: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hold_until: Option<i64>,
    deg: bool,
    grants: Vec<Grant>,
    iat: i64,
    exp: i64,
}

/// A process's own identity: the service it is and the key with which it proves so.
#[derive(Debug, Clone)]
pub struct Identity {
    service: ServiceName,
    key: Arc<SigningKey>,
    clock: SharedClock,
}

impl Identity {
    /// The identity of a service.
    pub fn new(service: ServiceName, key: SigningKey, clock: SharedClock) -> Self {
        Self { service, key: Arc::new(key), clock }
    }

    /// The service this process is.
    pub const fn service(&self) -> ServiceName {
        self.service
    }

    /// The public key to hand to everybody else.
    pub fn published(&self) -> PublishedKey {
        PublishedKey {
            issuer: self.service.as_str().to_owned(),
            key: self.key.verifying_key().jwk(),
        }
    }

    /// A token by which `audience` knows who is asking. Of the grants only those of that audience go along.
    pub fn mint(&self, principal: &Principal, audience: ServiceName) -> String {
        let sub = match (principal.kind, principal.account) {
            (PrincipalKind::Service, _) => format!("svc:{}", self.service),
            (_, Some(account)) => account.to_string(),
            (_, None) => "anonymous".to_owned(),
        };
        let grants = principal
            .grants
            .iter()
            .map(|grant| Grant {
                permissions: grant
                    .permissions
                    .iter()
                    .copied()
                    .filter(|p| p.service() == audience.as_str())
                    .collect(),
                ..grant.clone()
            })
            .filter(|grant| !grant.permissions.is_empty())
            .collect();
        let iat = self.clock.now().timestamp();
        let claims = Claims {
            iss: self.service.as_str().to_owned(),
            aud: audience.as_str().to_owned(),
            sub,
            kind: principal.kind,
            sid: principal.session,
            act: principal.actor,
            ial: principal.identity_level,
            auth_at: principal.auth_at.map(|at| at.timestamp()),
            hold_until: principal.hold_until.map(|at| at.timestamp()),
            deg: principal.degraded,
            grants,
            iat,
            exp: iat + LIFE.num_seconds(),
        };
        self.key.sign(TYP, &claims)
    }

    /// A token for a call this service makes for itself.
    pub fn mint_own(&self, audience: ServiceName) -> String {
        self.mint(&Principal::service(self.service), audience)
    }
}

/// A public key with the one service that may use it: an entry of `internal-jwks.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKey {
    /// The service.
    pub issuer: String,
    /// Its key.
    pub key: PublicJwk,
}

/// Verifies internal tokens meant for one service.
#[derive(Debug, Clone)]
pub struct Verifier {
    audience: ServiceName,
    keys: Arc<HashMap<String, (ServiceName, VerifyingKey)>>,
    clock: SharedClock,
}

impl Verifier {
    /// A verifier for `audience` that trusts these keys; entries of unknown services are left out.
    pub fn new(audience: ServiceName, published: &[PublishedKey], clock: SharedClock) -> Self {
        let keys = published
            .iter()
            .filter_map(|entry| {
                let issuer =
                    ServiceName::ALL.into_iter().find(|name| name.as_str() == entry.issuer)?;
                let key = VerifyingKey::from_jwk(&entry.key)?;
                Some((key.kid().to_owned(), (issuer, key)))
            })
            .collect();
        Self { audience, keys: Arc::new(keys), clock }
    }

    /// The principal a token proves.
    ///
    /// # Errors
    /// `Invalid` also for a person named by anybody but the gateway, `Expired`, `NotYetValid`.
    pub fn verify(&self, token: &str) -> Result<Principal, TokenError> {
        let mut issuer = None;
        let claims: Claims = jwt::verify(token, TYP, MAX_BYTES, |kid| {
            self.keys.get(kid).map(|(service, key)| {
                issuer = Some(*service);
                key
            })
        })?;
        let issuer = issuer.ok_or(TokenError::Invalid)?;
        if claims.iss != issuer.as_str() || claims.aud != self.audience.as_str() {
            return Err(TokenError::Invalid);
        }
        jwt::check_times(claims.iat, claims.exp, self.clock.now())?;
        let account = match (claims.kind, issuer) {
            (PrincipalKind::Service, _) if claims.sub == format!("svc:{issuer}") => None,
            (PrincipalKind::Anonymous, ServiceName::Gateway) if claims.sub == "anonymous" => None,
            (
                PrincipalKind::Resident | PrincipalKind::Assisted | PrincipalKind::Staff,
                ServiceName::Gateway,
            ) => Some(AccountId::parse(&claims.sub).map_err(|_| TokenError::Invalid)?),
            _ => return Err(TokenError::Invalid),
        };
        let seconds = |at: Option<i64>| at.and_then(|at| Utc.timestamp_opt(at, 0).single());
        let (auth_at, hold_until): (Option<Timestamp>, _) =
            (seconds(claims.auth_at), seconds(claims.hold_until));
        Ok(Principal {
            issuer,
            kind: claims.kind,
            account,
            session: claims.sid,
            actor: claims.act,
            identity_level: claims.ial,
            auth_at,
            hold_until,
            degraded: claims.deg,
            grants: claims.grants,
        })
    }
}

#[cfg(test)]
mod tests {
    use city_clock::{Clock as _, ManualClock};
    use city_ids::Ids;

    use super::*;
    use crate::permission;
    use crate::principal::Scope;

    struct City {
        gateway: Identity,
        reports: Identity,
        clock: Arc<ManualClock>,
        published: Vec<PublishedKey>,
    }

    fn city() -> City {
        let clock =
            Arc::new(ManualClock::new(Utc.with_ymd_and_hms(2026, 11, 20, 8, 0, 0).unwrap()));
        let identity =
            |name, seed| Identity::new(name, SigningKey::from_seed(&[seed; 32]), clock.clone());
        let (gateway, reports) =
            (identity(ServiceName::Gateway, 1), identity(ServiceName::Reports, 2));
        let published = vec![gateway.published(), reports.published()];
        City { gateway, reports, clock, published }
    }

    fn officer(clock: &ManualClock) -> Principal {
        let permissions = vec![permission::REPORT_READ, permission::ROLE_READ];
        Principal {
            kind: PrincipalKind::Staff,
            account: Some(Ids::seeded(3).next(clock.now())),
            auth_at: Some(clock.now()),
            grants: vec![Grant { scope: Scope::City, permissions, until: None }],
            ..Principal::anonymous()
        }
    }

    #[test]
    fn a_token_carries_the_principal_and_only_the_audiences_permissions() {
        let city = city();
        let officer = officer(&city.clock);
        let verifier = Verifier::new(ServiceName::Reports, &city.published, city.clock.clone());

        let proven = verifier.verify(&city.gateway.mint(&officer, ServiceName::Reports)).unwrap();

        assert_eq!(proven.account, officer.account);
        assert_eq!(proven.grants[0].permissions, [permission::REPORT_READ]);
    }

    #[test]
    fn another_audience_a_late_token_and_a_service_that_names_a_person_are_refused() {
        let city = city();
        let officer = officer(&city.clock);
        let verifier = Verifier::new(ServiceName::Reports, &city.published, city.clock.clone());
        let for_reports = city.gateway.mint(&officer, ServiceName::Reports);

        assert_eq!(
            verifier.verify(&city.gateway.mint(&officer, ServiceName::Accounts)),
            Err(TokenError::Invalid)
        );
        assert_eq!(
            verifier.verify(&city.reports.mint(&officer, ServiceName::Reports)),
            Err(TokenError::Invalid)
        );
        assert!(verifier.verify(&city.reports.mint_own(ServiceName::Reports)).is_ok());
        city.clock.advance(Duration::seconds(35));
        assert_eq!(verifier.verify(&for_reports), Err(TokenError::Expired));
    }
}
