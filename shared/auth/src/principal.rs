//! The proven identity behind a request, and the decision whether it covers an object.

use city_clock::Timestamp;
use city_ids::{AccountId, ServiceName, SessionId};
use serde::{Deserialize, Serialize};

use crate::permission::Permission;

/// What kind of caller it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrincipalKind {
    /// Nobody signed in.
    Anonymous,
    /// A resident with their own session.
    Resident,
    /// A resident served by an officer.
    Assisted,
    /// City staff.
    Staff,
    /// A service for itself.
    Service,
}

/// Where a role counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "code", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    /// Everywhere.
    City,
    /// One agency and everything below it.
    Agency(String),
    /// One ward.
    Ward(String),
}

/// Permissions over a scope, from a live role binding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Where they count.
    pub scope: Scope,
    /// What they are.
    pub permissions: Vec<Permission>,
    /// Until when; none for open end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// What an object belongs to, as its owning service knows it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ObjectScope<'a> {
    /// The ward it lies in.
    pub ward: Option<&'a str>,
    /// The agency in charge and all agencies above it.
    pub agencies: &'a [&'a str],
}

/// Who is asking, as proven by a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The service that vouches.
    pub issuer: ServiceName,
    /// What kind of caller.
    pub kind: PrincipalKind,
    /// The person, for residents and staff.
    pub account: Option<AccountId>,
    /// The session.
    pub session: Option<SessionId>,
    /// The officer who acts for an assisted resident.
    pub actor: Option<AccountId>,
    /// Identity level 0, 1 or 2; 0 when it lapsed.
    pub identity_level: u8,
    /// When the person last proved who they are.
    pub auth_at: Option<Timestamp>,
    /// Until when money may not leave.
    pub hold_until: Option<Timestamp>,
    /// The session could not be confirmed: only facts proven by the token count.
    pub degraded: bool,
    /// Staff permissions at the audience.
    pub grants: Vec<Grant>,
}

impl Principal {
    /// Nobody, vouched for by the gateway.
    pub const fn anonymous() -> Self {
        Self {
            issuer: ServiceName::Gateway,
            kind: PrincipalKind::Anonymous,
            account: None,
            session: None,
            actor: None,
            identity_level: 0,
            auth_at: None,
            hold_until: None,
            degraded: false,
            grants: Vec::new(),
        }
    }

    /// A service asking for itself.
    pub fn service(name: ServiceName) -> Self {
        Self { issuer: name, kind: PrincipalKind::Service, ..Self::anonymous() }
    }

    /// Whether a live grant holds the permission over the object. Default no.
    pub fn may(&self, permission: Permission, object: ObjectScope<'_>, now: Timestamp) -> bool {
        self.live_scopes(permission, now).any(|scope| match scope {
            Scope::City => true,
            Scope::Agency(code) => object.agencies.contains(&code.as_str()),
            Scope::Ward(code) => object.ward == Some(code.as_str()),
        })
    }

    /// Whether a live grant holds the permission over anything at all.
    pub fn may_somewhere(&self, permission: Permission, now: Timestamp) -> bool {
        self.live_scopes(permission, now).next().is_some()
    }

    /// The scopes over which the permission is held now, for filtering lists.
    pub fn live_scopes(
        &self,
        permission: Permission,
        now: Timestamp,
    ) -> impl Iterator<Item = &Scope> {
        self.grants
            .iter()
            .filter(move |grant| {
                grant.until.is_none_or(|until| now < until)
                    && grant.permissions.contains(&permission)
            })
            .map(|grant| &grant.scope)
    }

    /// Whether the person proved who they are within the last 600 seconds.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        self.auth_at.is_some_and(|at| now - at <= chrono::Duration::seconds(600))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone as _, Utc};

    use super::*;
    use crate::permission;

    #[test]
    fn a_grant_covers_its_own_scope_and_no_other() {
        let now = Utc.with_ymd_and_hms(2026, 11, 20, 8, 0, 0).unwrap();
        let staff = |scope, until| Principal {
            kind: PrincipalKind::Staff,
            grants: vec![Grant { scope, permissions: vec![permission::REPORT_HANDLE], until }],
            ..Principal::anonymous()
        };
        let roads = ObjectScope { ward: Some("19753"), agencies: &["HUE-SXD", "HUE-UBND"] };
        let may = |scope, until| staff(scope, until).may(permission::REPORT_HANDLE, roads, now);

        assert!(may(Scope::City, None));
        assert!(may(Scope::Agency("HUE-SXD".into()), None));
        assert!(may(Scope::Agency("HUE-UBND".into()), None), "the parent covers the child");
        assert!(!may(Scope::Agency("HUE-STC".into()), None));
        assert!(may(Scope::Ward("19753".into()), None));
        assert!(!may(Scope::Ward("19774".into()), None));
        assert!(!may(Scope::City, Some(now)), "the end acts without a job");
        assert!(may(Scope::City, Some(now + Duration::seconds(1))));
        assert!(!staff(Scope::City, None).may(permission::REPORT_TRIAGE, roads, now));
    }
}
