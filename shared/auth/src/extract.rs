//! Authorisation as a parameter type: a handler that takes [`Resident`] cannot be reached by anybody else.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use city_clock::Timestamp;
use city_http::{Kind, Problem};
use city_ids::{AccountId, ServiceName};
use http::header;
use http::request::Parts;

use crate::internal::Verifier;
use crate::jwt::TokenError;
use crate::permission::Permission;
use crate::principal::{ObjectScope, Principal, PrincipalKind};

/// Middleware of every service: a bearer token is verified and its principal put into the extensions.
///
/// Without a token nobody is proven, and every extractor below refuses.
pub async fn authenticate(
    State(verifier): State<Verifier>,
    mut request: Request,
    next: Next,
) -> Response {
    let header =
        request.headers().get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or(""));
    let Some(header) = header else { return next.run(request).await };
    let token = header.strip_prefix("Bearer ").unwrap_or("");
    match verifier.verify(token) {
        Ok(principal) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(error) => refused(error).into_response(),
    }
}

/// The refusal of a token.
fn refused(error: TokenError) -> Problem {
    let code = match error {
        TokenError::Invalid => "TOKEN_INVALID",
        TokenError::Expired => "TOKEN_EXPIRED",
        TokenError::NotYetValid => "TOKEN_NOT_YET_VALID",
    };
    Problem::new(Kind::Unauthenticated, code, error.to_string())
}

fn principal(parts: &Parts) -> Result<&Principal, Problem> {
    parts.extensions.get::<Principal>().ok_or_else(|| {
        Problem::new(Kind::Unauthenticated, "TOKEN_REQUIRED", "this route needs an internal token")
    })
}

fn forbidden(detail: &str) -> Problem {
    Problem::new(Kind::Forbidden, "FORBIDDEN", detail)
}

/// Anybody whom the gateway lets through, also nobody in particular and a degraded session.
#[derive(Debug, Clone)]
pub struct Anyone(pub Principal);

impl Anyone {
    /// The account whose own things may be shown: a resident's.
    pub fn resident(&self) -> Option<AccountId> {
        matches!(self.0.kind, PrincipalKind::Resident | PrincipalKind::Assisted)
            .then_some(self.0.account)
            .flatten()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let principal = principal(parts)?;
        match principal.issuer {
            ServiceName::Gateway if principal.kind != PrincipalKind::Service => {
                Ok(Self(principal.clone()))
            }
            _ => Err(forbidden("this route answers people, through the gateway")),
        }
    }
}

/// A resident with their own, confirmed session.
#[derive(Debug, Clone)]
pub struct Resident {
    /// The person.
    pub account: AccountId,
    /// Everything else that is proven.
    pub principal: Principal,
}

impl<S: Send + Sync> FromRequestParts<S> for Resident {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let principal = principal(parts)?;
        match (principal.kind, principal.account) {
            (PrincipalKind::Resident, Some(account)) if !principal.degraded => {
                Ok(Self { account, principal: principal.clone() })
            }
            (PrincipalKind::Resident, Some(_)) => Err(unconfirmed()),
            (PrincipalKind::Anonymous, _) => Err(sign_in()),
            _ => Err(forbidden("only a resident may do this")),
        }
    }
}

/// A resident who files: also assisted by an officer, also with a session that could not be confirmed just now.
#[derive(Debug, Clone)]
pub struct Filer {
    /// The person.
    pub account: AccountId,
    /// Everything else that is proven.
    pub principal: Principal,
}

impl<S: Send + Sync> FromRequestParts<S> for Filer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let principal = principal(parts)?;
        match (principal.kind, principal.account) {
            (PrincipalKind::Resident | PrincipalKind::Assisted, Some(account)) => {
                Ok(Self { account, principal: principal.clone() })
            }
            (PrincipalKind::Anonymous, _) => Err(sign_in()),
            _ => Err(forbidden("only a resident may do this")),
        }
    }
}

/// A member of the city's staff. Which permission over which object is asked with [`Staff::require`].
#[derive(Debug, Clone)]
pub struct Staff {
    /// The person.
    pub account: AccountId,
    /// Everything else that is proven, grants included.
    pub principal: Principal,
}

impl Staff {
    /// Refuses unless the permission is held over the object.
    ///
    /// # Errors
    /// Forbidden `SCOPE`.
    pub fn require(
        &self,
        permission: Permission,
        object: ObjectScope<'_>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        if self.principal.may(permission, object, now) {
            Ok(())
        } else {
            Err(out_of_scope(permission))
        }
    }

    /// Refuses unless the permission is held over something; the rows shown are then filtered by scope.
    ///
    /// # Errors
    /// Forbidden `SCOPE`.
    pub fn require_somewhere(&self, permission: Permission, now: Timestamp) -> Result<(), Problem> {
        if self.principal.may_somewhere(permission, now) {
            Ok(())
        } else {
            Err(out_of_scope(permission))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let principal = principal(parts)?;
        match (principal.kind, principal.account) {
            (PrincipalKind::Staff, Some(account)) if !principal.degraded => {
                Ok(Self { account, principal: principal.clone() })
            }
            (PrincipalKind::Staff, Some(_)) => Err(unconfirmed()),
            (PrincipalKind::Anonymous, _) => Err(sign_in()),
            _ => Err(forbidden("only staff may do this")),
        }
    }
}

/// The services that may call a route.
pub trait Callers: Send + Sync + 'static {
    /// Their names.
    const ALLOWED: &'static [ServiceName];
}

/// Another service calling for itself, one of those `C` lists.
#[derive(Debug, Clone, Copy)]
pub struct Peer<C> {
    /// Which one.
    pub service: ServiceName,
    callers: PhantomData<C>,
}

impl<C> Deref for Peer<C> {
    type Target = ServiceName;

    fn deref(&self) -> &ServiceName {
        &self.service
    }
}

impl<S: Send + Sync, C: Callers> FromRequestParts<S> for Peer<C> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let principal = principal(parts)?;
        if principal.kind == PrincipalKind::Service && C::ALLOWED.contains(&principal.issuer) {
            Ok(Self { service: principal.issuer, callers: PhantomData })
        } else {
            Err(forbidden("this route is for other services"))
        }
    }
}

fn sign_in() -> Problem {
    Problem::new(Kind::Unauthenticated, "SIGN_IN_REQUIRED", "sign in first")
}

fn unconfirmed() -> Problem {
    Problem::new(
        Kind::Unavailable,
        "SESSION_UNCONFIRMED",
        "the session cannot be confirmed just now; try again soon",
    )
}

fn out_of_scope(permission: Permission) -> Problem {
    Problem::new(
        Kind::Forbidden,
        "SCOPE",
        format!("this needs {} over what it touches", permission.as_str()),
    )
}
