//! The session record: what accounts knows of a live session, and the gateway needs on every request.

use city_clock::Timestamp;
use city_ids::{AccountId, ServiceName, SessionId};
use serde::{Deserialize, Serialize};

use crate::principal::{Grant, Principal, PrincipalKind};

/// Whether a session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SessionStatus {
    /// It does.
    Active,
    /// It does not, and never will again.
    Ended,
}

/// The record, kept in Redis for 60 seconds and in the gateway for 5; PostgreSQL is the truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionRecord {
    /// The session.
    pub sid: SessionId,
    /// Whether it lives.
    pub status: SessionStatus,
    /// Whose it is.
    pub sub: AccountId,
    /// The officer who assists.
    pub act: Option<AccountId>,
    /// Resident, assisted or staff.
    pub kind: PrincipalKind,
    /// Identity level 0, 1 or 2.
    pub ial: u8,
    /// When the level lapses.
    pub ial_until: Option<Timestamp>,
    /// When the person last proved who they are.
    pub auth_at: Timestamp,
    /// Until when money may not leave.
    pub hold_until: Option<Timestamp>,
    /// When the session ends at the latest.
    pub exp: Timestamp,
    /// Staff permissions with their scopes.
    pub grants: Vec<Grant>,
    /// Grows with each change of person, binding or session; a lower one never replaces a higher.
    pub rev: i64,
}

impl SessionRecord {
    /// The Redis key of a session's record, without the installation's prefix.
    pub fn redis_key(sid: SessionId) -> String {
        format!("sess:{sid}")
    }

    /// Whether the session is alive now.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.status == SessionStatus::Active && now < self.exp
    }

    /// The principal the gateway vouches for.
    pub fn principal(&self, now: Timestamp) -> Principal {
        let lapsed = self.ial_until.is_some_and(|until| now >= until);
        Principal {
            issuer: ServiceName::Gateway,
            kind: self.kind,
            account: Some(self.sub),
            session: Some(self.sid),
            actor: self.act,
            identity_level: if lapsed { 0 } else { self.ial },
            auth_at: Some(self.auth_at),
            hold_until: self.hold_until,
            degraded: false,
            grants: self.grants.clone(),
        }
    }

    /// What is left when the session cannot be confirmed: who, as the token proved, and nothing else.
    pub fn degraded(kind: PrincipalKind, account: AccountId, session: SessionId) -> Principal {
        Principal {
            kind,
            account: Some(account),
            session: Some(session),
            degraded: true,
            ..Principal::anonymous()
        }
    }
}

/// The pub/sub channel on which changed sessions are announced.
pub const CHANNEL: &str = "city:sess";

/// A message on [`CHANNEL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionChanged {
    /// The session.
    pub sid: SessionId,
    /// Its new revision.
    pub rev: i64,
    /// Whether it lives.
    pub status: SessionStatus,
}
