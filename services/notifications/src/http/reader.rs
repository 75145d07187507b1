//! Who may read an inbox: its owner, also while their session cannot be confirmed; never an officer who assists them.

use axum::extract::FromRequestParts;
use city_auth::{Anyone, PrincipalKind};
use city_http::{Kind, Problem};
use city_ids::AccountId;
use http::request::Parts;

/// A resident or a member of staff, as the owner of an inbox.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// The person.
    pub account: AccountId,
    /// Whether only their token could be checked.
    degraded: bool,
}

/// The same with a confirmed session: may also change the inbox.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    /// The person.
    pub account: AccountId,
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Anyone(principal) = Anyone::from_request_parts(parts, state).await?;
        match (principal.kind, principal.account) {
            (PrincipalKind::Resident | PrincipalKind::Staff, Some(account)) => {
                Ok(Self { account, degraded: principal.degraded })
            }
            (PrincipalKind::Anonymous, _) => {
                Err(Problem::new(Kind::Unauthenticated, "SIGN_IN_REQUIRED", "sign in first"))
            }
            _ => Err(Problem::new(Kind::Forbidden, "FORBIDDEN", "an inbox is for its owner")),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Owner {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let reader = Reader::from_request_parts(parts, state).await?;
        if reader.degraded {
            let detail = "the session cannot be confirmed just now; try again soon";
            return Err(Problem::new(Kind::Unavailable, "SESSION_UNCONFIRMED", detail));
        }
        Ok(Self { account: reader.account })
    }
}
