//! What a session is, how long it lives, and why it ends.

use chrono::Duration;
use city_auth::PrincipalKind;
use city_clock::Timestamp;

/// Sessions a person can have at once; one more ends the longest idle.
pub const LIVE_SESSIONS: usize = 10;
/// How long money may not leave after a sign-in on a new device beside older sessions.
pub const NEW_DEVICE_HOLD: Duration = Duration::hours(24);

/// Whose session it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// A resident's own.
    Resident,
    /// City staff.
    Staff,
    /// A resident's, opened by an officer who helps.
    Assisted,
}

impl SessionKind {
    /// The form in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Resident => "RESIDENT",
            Self::Staff => "STAFF",
            Self::Assisted => "ASSISTED",
        }
    }

    /// Reads the form of the database.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Resident, Self::Staff, Self::Assisted].into_iter().find(|kind| kind.code() == code)
    }

    /// What the session's principal is.
    pub const fn principal(self) -> PrincipalKind {
        match self {
            Self::Resident => PrincipalKind::Resident,
            Self::Staff => PrincipalKind::Staff,
            Self::Assisted => PrincipalKind::Assisted,
        }
    }

    /// How long it lives in all.
    pub const fn life(self) -> Duration {
        match self {
            Self::Resident => Duration::days(90),
            Self::Staff => Duration::hours(12),
            Self::Assisted => Duration::minutes(30),
        }
    }

    /// How long it lives without being refreshed.
    pub const fn idle_life(self) -> Duration {
        match self {
            Self::Resident => Duration::days(30),
            Self::Staff | Self::Assisted => Duration::minutes(30),
        }
    }
}

/// Why a session is not alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Its owner signed it out.
    SignedOut,
    /// Its owner signed out elsewhere and of this one too.
    SignedOutElsewhere,
    /// An eleventh session was opened.
    TooMany,
    /// A used refresh token came back.
    RefreshReuse,
    /// A refresh token came that was never made: the database went back in time.
    DatabaseRestored,
    /// Its time was over.
    Expired,
    /// Nobody refreshed it in time.
    Idle,
    /// The person signed out everywhere, or an operator set a floor, after it was made.
    BeforeFloor,
    /// The person is locked or gone.
    AccountLocked,
    /// There is no such session any more.
    Unknown,
}

impl EndReason {
    /// The stable form, in the database and on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SignedOut => "SIGNED_OUT",
            Self::SignedOutElsewhere => "SIGNED_OUT_ELSEWHERE",
            Self::TooMany => "TOO_MANY_SESSIONS",
            Self::RefreshReuse => "REFRESH_REUSE",
            Self::DatabaseRestored => "DATABASE_RESTORED",
            Self::Expired => "EXPIRED",
            Self::Idle => "IDLE",
            Self::BeforeFloor => "BEFORE_FLOOR",
            Self::AccountLocked => "ACCOUNT_LOCKED",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// Reads the form of the database.
    pub fn from_code(code: &str) -> Option<Self> {
        const ALL: [EndReason; 10] = [
            EndReason::SignedOut,
            EndReason::SignedOutElsewhere,
            EndReason::TooMany,
            EndReason::RefreshReuse,
            EndReason::DatabaseRestored,
            EndReason::Expired,
            EndReason::Idle,
            EndReason::BeforeFloor,
            EndReason::AccountLocked,
            EndReason::Unknown,
        ];
        ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// What decides whether a session is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it ends without a refresh.
    pub idle_expires_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
    /// Why it was ended, if it was.
    pub ended: Option<EndReason>,
    /// The later of the person's and the city's floor.
    pub floor: Option<Timestamp>,
    /// Whether the person may have sessions at all.
    pub person_active: bool,
}

impl Life {
    /// Why the session is not alive; none while it is.
    pub fn over(&self, now: Timestamp) -> Option<EndReason> {
        if let Some(reason) = self.ended {
            return Some(reason);
        }
        if !self.person_active {
            return Some(EndReason::AccountLocked);
        }
        if self.floor.is_some_and(|floor| self.created_at < floor) {
            return Some(EndReason::BeforeFloor);
        }
        if now >= self.expires_at {
            return Some(EndReason::Expired);
        }
        (now >= self.idle_expires_at).then_some(EndReason::Idle)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::*;

    #[test]
    fn a_session_is_over_at_the_moment_its_time_is() {
        let at = Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap();
        let life = Life {
            created_at: at,
            idle_expires_at: at + Duration::minutes(30),
            expires_at: at + Duration::hours(12),
            ended: None,
            floor: Some(at),
            person_active: true,
        };
        let over = |life: Life, minutes| life.over(at + Duration::minutes(minutes));

        assert_eq!(over(life, 29), None);
        assert_eq!(over(life, 30), Some(EndReason::Idle));
        assert_eq!(over(life, 720), Some(EndReason::Expired));
        assert_eq!(
            over(Life { floor: Some(at + Duration::microseconds(1)), ..life }, 0),
            Some(EndReason::BeforeFloor)
        );
        assert_eq!(over(Life { person_active: false, ..life }, 0), Some(EndReason::AccountLocked));
        assert_eq!(
            over(Life { ended: Some(EndReason::TooMany), ..life }, 720),
            Some(EndReason::TooMany)
        );
    }

    #[test]
    fn reasons_and_kinds_survive_the_database() {
        for reason in [EndReason::SignedOut, EndReason::RefreshReuse, EndReason::Unknown] {
            assert_eq!(EndReason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(SessionKind::from_code("ASSISTED"), Some(SessionKind::Assisted));
        assert_eq!(SessionKind::from_code("resident"), None);
    }
}
