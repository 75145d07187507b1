//! What staff see on the wire, with its documentation.

use chrono::{DateTime, Utc};
use city_auth::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::describe_staff::StaffSelf;
use crate::domain::binding::Binding;

/// The body of the sign-in; the route reads `city_contracts::accounts::StaffSignIn`, which has the same members.
#[derive(ToSchema)]
#[schema(as = StaffSignIn)]
#[expect(dead_code, reason = "documents a type of a crate that knows nothing of OpenAPI")]
pub struct StaffSignInSchema {
    /// The staff e-mail address.
    email: String,
    /// The password.
    password: String,
    /// Six digits of the authenticator.
    #[schema(pattern = "^[0-9]{6}$")]
    totp: String,
}

/// The body of a refresh.
#[derive(ToSchema)]
#[schema(as = RefreshSession, rename_all = "camelCase")]
#[expect(dead_code, reason = "documents a type of a crate that knows nothing of OpenAPI")]
pub struct RefreshSessionSchema {
    /// The refresh token; its own idempotency key.
    refresh_token: String,
}

/// A pair of tokens.
#[derive(ToSchema)]
#[schema(as = Tokens, rename_all = "camelCase")]
#[expect(dead_code, reason = "documents a type of a crate that knows nothing of OpenAPI")]
pub struct TokensSchema {
    /// For the `Authorization` header.
    access_token: String,
    /// 300 seconds after it was made.
    access_expires_at: DateTime<Utc>,
    /// For the next pair; store it before using the access token.
    refresh_token: String,
    /// The latest moment it can be used.
    refresh_expires_at: DateTime<Utc>,
}

/// A member of staff, for themselves.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffMe {
    /// The account, `acc_…`.
    pub id: String,
    /// The name.
    pub full_name: Option<String>,
    /// The address they sign in with.
    pub email: String,
    /// `vi` or `en`.
    pub locale: String,
    /// Their roles, each with its scope.
    pub roles: Vec<StaffRole>,
    /// When they last proved who they are.
    pub auth_at: DateTime<Utc>,
    /// When the session ends at the latest.
    pub session_expires_at: DateTime<Utc>,
}

/// A role over a scope.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffRole {
    /// The role's code.
    pub role: String,
    /// `CITY`, `AGENCY` or `WARD`.
    pub scope_kind: String,
    /// The agency's or ward's code.
    pub scope_code: Option<String>,
    /// What it permits now; nothing while it waits for a second administrator.
    pub permissions: Vec<String>,
    /// Until when; none for open end.
    pub valid_to: Option<DateTime<Utc>>,
}

impl StaffMe {
    /// The wire form.
    pub fn new(id: city_ids::AccountId, described: StaffSelf, now: city_clock::Timestamp) -> Self {
        let StaffSelf { profile, bindings, session_expires_at, auth_at } = described;
        Self {
            id: id.to_string(),
            full_name: profile.full_name,
            email: profile.email,
            locale: profile.locale,
            roles: bindings.into_iter().map(|binding| StaffRole::new(binding, now)).collect(),
            auth_at,
            session_expires_at,
        }
    }
}

impl StaffRole {
    fn new(binding: Binding, now: city_clock::Timestamp) -> Self {
        let permitted = binding.role(now).map(|role| role.permissions).unwrap_or_default();
        let permissions =
            permitted.iter().map(|permission| permission.as_str().to_owned()).collect();
        let (scope_kind, scope_code) = match binding.scope {
            Scope::City => ("CITY", None),
            Scope::Agency(code) => ("AGENCY", Some(code)),
            Scope::Ward(code) => ("WARD", Some(code)),
        };
        Self {
            role: binding.role,
            scope_kind: scope_kind.to_owned(),
            scope_code,
            permissions,
            valid_to: binding.valid_to,
        }
    }
}
