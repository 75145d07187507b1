//! A report: what it knows whatever its state, and the state it is in.

use city_clock::Timestamp;
use city_ids::{AccountId, ReportId};

use super::{
    BrokenRow, CategoryCode, Outcome, PublicCode, State, StateColumns, StateName, WardCode,
};

/// How a report came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    App,
    Guest,
    Open311,
    Hotline,
    Counter,
    Zalo,
    Facebook,
}

impl Channel {
    pub const ALL: [Self; 7] = [
        Self::App,
        Self::Guest,
        Self::Open311,
        Self::Hotline,
        Self::Counter,
        Self::Zalo,
        Self::Facebook,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "APP",
            Self::Guest => "GUEST",
            Self::Open311 => "OPEN311",
            Self::Hotline => "HOTLINE",
            Self::Counter => "COUNTER",
            Self::Zalo => "ZALO",
            Self::Facebook => "FACEBOOK",
        }
    }

    pub fn parse(raw: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == raw)
    }
}

/// Who speaks for the reporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reporter {
    Account(AccountId),
    /// Whoever has the code and the token.
    Guest,
    /// Staff who filed it for somebody on the phone or at a counter.
    OnBehalf,
    /// Nobody: filed by other software, withdrawn while others follow, or anonymised.
    Nobody,
}

impl Reporter {
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::Guest | Self::OnBehalf | Self::Nobody => None,
        }
    }

    /// Whether a question would reach anybody.
    pub const fn is_reachable(self) -> bool {
        !matches!(self, Self::Nobody)
    }
}

/// What a report knows whatever its state. Only transitions change it; `store/` reads it and restores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub id: ReportId,
    pub code: PublicCode,
    /// Grows by one with every change; staff calls carry it.
    pub version: i32,
    /// 1, and one more with every contest that was granted.
    pub round: i32,
    pub category: CategoryCode,
    pub ward: WardCode,
    pub reporter: Reporter,
    pub wants_public: bool,
    pub filed_at: Timestamp,
    /// When the clock of this round started.
    pub anchor_at: Timestamp,
    pub updated_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    pub hidden_at: Option<Timestamp>,
    /// By when triage, review or a decision about a contest must be made.
    pub step_due_at: Option<Timestamp>,
    /// By when the agency must answer; none while the clock stands, unless it had run out before.
    pub due_at: Option<Timestamp>,
    pub first_due_at: Option<Timestamp>,
    pub answered_at: Option<Timestamp>,
    pub on_time: Option<bool>,
    pub outcome: Option<Outcome>,
    /// The contest window counts from here and from nothing else.
    pub outcome_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub contested_round: Option<i32>,
    pub follower_count: i32,
    pub bounce_count: i32,
    pub reopen_count: i32,
    pub escalation_level: i16,
}

/// A field report. Its transitions are in `transitions/`; each consumes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub(in crate::domain) facts: Facts,
    pub(in crate::domain) state: State,
}

impl Report {
    /// Trusts a row: only transitions wrote it, and the table's checks held since.
    ///
    /// # Errors
    /// [`BrokenRow`] when the columns do not make the state they name.
    pub fn restore(facts: Facts, columns: StateColumns) -> Result<Self, BrokenRow> {
        Ok(Self { facts, state: State::try_from(columns)? })
    }

    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    pub const fn state(&self) -> &State {
        &self.state
    }

    pub fn columns(&self) -> StateColumns {
        StateColumns::from(&self.state)
    }

    pub const fn id(&self) -> ReportId {
        self.facts.id
    }

    pub const fn version(&self) -> i32 {
        self.facts.version
    }

    pub const fn is_open(&self) -> bool {
        self.state.name().is_open()
    }

    /// Whether anybody may see it.
    pub const fn is_listed(&self) -> bool {
        self.facts.published_at.is_some()
            && self.facts.hidden_at.is_none()
            && !matches!(self.state.name(), StateName::Duplicate | StateName::Withdrawn)
    }
}
