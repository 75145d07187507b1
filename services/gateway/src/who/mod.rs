//! Who is asking: from the bearer token of a request to a principal the services may believe.
//!
//! A dependency that is away is never a 401: apps delete their session when they see one.

mod flight;
mod keys;
mod revocation;
mod seen;
mod sessions;
mod tokens;

use std::sync::Arc;

use city_auth::session::{SessionChanged, SessionRecord};
use city_auth::{Principal, PrincipalKind, TokenError};
use city_boot::{Check, RedisStore, Worker};
use city_clients::Accounts;
use city_clock::SharedClock;
use city_http::{Kind, Outcome};
use http::{HeaderMap, header};
use tokio::sync::broadcast;

pub use flight::Flights;
use keys::{KeyFetcher, Keys};
use revocation::SessionListener;
use seen::{Seen, SeenTeller};
use sessions::{Missing, Sessions};

/// Why nobody is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("the session has ended")]
    SessionEnded,
    #[error("tokens cannot be verified just now")]
    KeysUnknown,
    #[error("the session cannot be confirmed just now")]
    Unconfirmed,
}

impl Outcome for Denied {
    fn kind(&self) -> Kind {
        match self {
            Self::Token(_) | Self::SessionEnded => Kind::Unauthenticated,
            Self::KeysUnknown | Self::Unconfirmed => Kind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Token(TokenError::Invalid) => "TOKEN_INVALID",
            Self::Token(TokenError::Expired) => "TOKEN_EXPIRED",
            Self::Token(TokenError::NotYetValid) => "TOKEN_NOT_YET_VALID",
            Self::SessionEnded => "SESSION_ENDED",
            Self::KeysUnknown => "UNAVAILABLE",
            Self::Unconfirmed => "SESSION_UNCONFIRMED",
        }
    }
}

/// Proves who is asking.
pub struct Who {
    issuer: String,
    clock: SharedClock,
    accounts: Accounts,
    redis: RedisStore,
    keys: Arc<Keys>,
    sessions: Arc<Sessions>,
    seen: Arc<Seen>,
}

impl std::fmt::Debug for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Who").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Who {
    pub fn new(issuer: &str, accounts: Accounts, redis: RedisStore, clock: SharedClock) -> Self {
        Self {
            issuer: issuer.to_owned(),
            keys: Arc::new(Keys::new(accounts.clone(), clock.clone())),
            sessions: Arc::new(Sessions::new(accounts.clone(), redis.clone(), clock.clone())),
            seen: Arc::default(),
            clock,
            accounts,
            redis,
        }
    }

    /// The work that keeps this current: keys, announcements, what accounts is told.
    pub fn workers(&self) -> Vec<Arc<dyn Worker>> {
        vec![
            Arc::new(KeyFetcher(Arc::clone(&self.keys))),
            Arc::new(SessionListener::new(Arc::clone(&self.sessions), self.redis.clone())),
            Arc::new(SeenTeller { seen: Arc::clone(&self.seen), accounts: self.accounts.clone() }),
        ]
    }

    /// The keys of access tokens are known.
    pub fn check(&self) -> Check {
        let keys = Arc::clone(&self.keys);
        Check::new("keys of access tokens", move || {
            let known = keys.known().is_some();
            async move { known }
        })
    }

    /// Announcements of changed sessions from now on, for whoever holds connections open.
    pub fn changes(&self) -> broadcast::Receiver<SessionChanged> {
        self.sessions.changes()
    }

    /// The principal behind a request. Cookies are never read.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn of_headers(&self, headers: &HeaderMap) -> Result<Principal, Denied> {
        let mut lines = headers.get_all(header::AUTHORIZATION).iter();
        match (lines.next(), lines.next()) {
            (None, _) => Ok(Principal::anonymous()),
            (Some(line), None) => self.of_authorization(line.to_str().unwrap_or_default()).await,
            (Some(_), Some(_)) => Err(TokenError::Invalid.into()),
        }
    }

    /// The principal behind an `Authorization` line, wherever it stood.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn of_authorization(&self, line: &str) -> Result<Principal, Denied> {
        let (scheme, token) = line.split_once(' ').unwrap_or((line, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(TokenError::Invalid.into());
        }
        self.of_token(token.trim()).await
    }

    /// The same person a while later, as their session now is: a connection outlives the token that opened it.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn again(&self, earlier: &Principal) -> Result<Principal, Denied> {
        let (Some(account), Some(session)) = (earlier.account, earlier.session) else {
            return Ok(earlier.clone());
        };
        match self.sessions.find(session).await {
            Ok(record) => Ok(record.principal(self.clock.now())),
            Err(Missing::Ended) => Err(Denied::SessionEnded),
            Err(Missing::Away) if earlier.kind == PrincipalKind::Staff => Err(Denied::Unconfirmed),
            Err(Missing::Away) => Ok(SessionRecord::degraded(earlier.kind, account, session)),
        }
    }

    async fn of_token(&self, token: &str) -> Result<Principal, Denied> {
        let now = self.clock.now();
        let claims = self.keys.verify(token, &self.issuer).await?;
        let principal = match self.sessions.find(claims.sid).await {
            Ok(record) if record.sub == claims.sub && record.kind == claims.kind => {
                record.principal(now)
            }
            Ok(_) => return Err(TokenError::Invalid.into()),
            Err(Missing::Ended) => return Err(Denied::SessionEnded),
            // Staff act on what they may do now, which nobody can tell.
            Err(Missing::Away) if claims.kind == PrincipalKind::Staff => {
                return Err(Denied::Unconfirmed);
            }
            Err(Missing::Away) => SessionRecord::degraded(claims.kind, claims.sub, claims.sid),
        };
        self.seen.note(claims.sid, claims.rn);
        Ok(principal)
    }
}
