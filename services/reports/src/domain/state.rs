//! The thirteen states of a report, each with its data.

use std::fmt;

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{AccountId, ReportId};

use super::{AgencyCode, ReasonText, Rejection, ResultText};

/// Who must act on a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    pub agency: AgencyCode,
    pub assignee: Option<AccountId>,
}

/// How an agency says it resolved a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    pub duty: Duty,
    /// Does not decide about it afterwards.
    pub resolver: AccountId,
    pub result: ResultText,
}

/// Where a report goes back to after a question, or when a merge is undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resume {
    Submitted {
        proposed: Option<AgencyCode>,
    },
    Assigned(Duty),
    InProgress(Duty),
    /// Only of a merge: nobody is asked while work is scheduled.
    Scheduled {
        duty: Duty,
        day: NaiveDate,
    },
}

/// How a report that was contested or closed had ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Resolved(Resolution),
    Rejected(Rejection),
}

/// The state of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Submitted {
        proposed: Option<AgencyCode>,
    },
    Assigned(Duty),
    InProgress(Duty),
    Scheduled {
        duty: Duty,
        day: NaiveDate,
    },
    /// Waits for somebody outside the city's agencies; the clock stands.
    OnHold {
        duty: Duty,
        third_party: ReasonText,
        until: Timestamp,
    },
    /// Waits for an answer; the clock stands.
    AwaitingReporter {
        resume: Resume,
        until: Timestamp,
    },
    PendingReview(Resolution),
    ReopenRequested {
        before: Ended,
    },
    Resolved(Resolution),
    Rejected(Rejection),
    Duplicate {
        canonical: ReportId,
        resume: Resume,
    },
    Closed {
        before: Ended,
    },
    /// The agency that had it is kept for the indicators.
    Withdrawn {
        agency: Option<AgencyCode>,
    },
}

impl State {
    pub const fn name(&self) -> StateName {
        match self {
            Self::Submitted { .. } => StateName::Submitted,
            Self::Assigned(_) => StateName::Assigned,
            Self::InProgress(_) => StateName::InProgress,
            Self::Scheduled { .. } => StateName::Scheduled,
            Self::OnHold { .. } => StateName::OnHold,
            Self::AwaitingReporter { .. } => StateName::AwaitingReporter,
            Self::PendingReview(_) => StateName::PendingReview,
            Self::ReopenRequested { .. } => StateName::ReopenRequested,
            Self::Resolved(_) => StateName::Resolved,
            Self::Rejected(_) => StateName::Rejected,
            Self::Duplicate { .. } => StateName::Duplicate,
            Self::Closed { .. } => StateName::Closed,
            Self::Withdrawn { .. } => StateName::Withdrawn,
        }
    }

    /// Who has the report, or had it when it ended.
    pub const fn agency(&self) -> Option<&AgencyCode> {
        match self {
            Self::Withdrawn { agency } => agency.as_ref(),
            _ => match self.duty() {
                Some(duty) => Some(&duty.agency),
                None => None,
            },
        }
    }

    pub fn assignee(&self) -> Option<AccountId> {
        self.duty().and_then(|duty| duty.assignee)
    }

    /// Who triage may give it to, while nobody has it.
    pub const fn proposed_agency(&self) -> Option<&AgencyCode> {
        match self {
            Self::Submitted { proposed }
            | Self::AwaitingReporter { resume: Resume::Submitted { proposed }, .. }
            | Self::Duplicate { resume: Resume::Submitted { proposed }, .. } => proposed.as_ref(),
            _ => None,
        }
    }

    pub const fn duty(&self) -> Option<&Duty> {
        match self {
            Self::Assigned(duty)
            | Self::InProgress(duty)
            | Self::Scheduled { duty, .. }
            | Self::OnHold { duty, .. }
            | Self::PendingReview(Resolution { duty, .. })
            | Self::Resolved(Resolution { duty, .. }) => Some(duty),
            Self::AwaitingReporter { resume, .. } | Self::Duplicate { resume, .. } => resume.duty(),
            Self::ReopenRequested { before } | Self::Closed { before } => before.duty(),
            Self::Submitted { .. } | Self::Rejected(_) | Self::Withdrawn { .. } => None,
        }
    }
}

impl Resume {
    pub const fn duty(&self) -> Option<&Duty> {
        match self {
            Self::Assigned(duty) | Self::InProgress(duty) | Self::Scheduled { duty, .. } => {
                Some(duty)
            }
            Self::Submitted { .. } => None,
        }
    }
}

impl From<Resume> for State {
    fn from(resume: Resume) -> Self {
        match resume {
            Resume::Submitted { proposed } => Self::Submitted { proposed },
            Resume::Assigned(duty) => Self::Assigned(duty),
            Resume::InProgress(duty) => Self::InProgress(duty),
            Resume::Scheduled { duty, day } => Self::Scheduled { duty, day },
        }
    }
}

impl Ended {
    pub const fn duty(&self) -> Option<&Duty> {
        match self {
            Self::Resolved(resolution) => Some(&resolution.duty),
            Self::Rejected(_) => None,
        }
    }

    /// Who must not decide about it.
    pub const fn resolver(&self) -> Option<AccountId> {
        match self {
            Self::Resolved(resolution) => Some(resolution.resolver),
            Self::Rejected(_) => None,
        }
    }
}

impl From<Ended> for State {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Resolved(resolution) => Self::Resolved(resolution),
            Ended::Rejected(rejection) => Self::Rejected(rejection),
        }
    }
}

/// The name of a state: the database's, the wire's and the timeline's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StateName {
    Submitted,
    Assigned,
    InProgress,
    Scheduled,
    OnHold,
    AwaitingReporter,
    PendingReview,
    ReopenRequested,
    Resolved,
    Rejected,
    Duplicate,
    Closed,
    Withdrawn,
}

impl StateName {
    pub const ALL: [Self; 13] = [
        Self::Submitted,
        Self::Assigned,
        Self::InProgress,
        Self::Scheduled,
        Self::OnHold,
        Self::AwaitingReporter,
        Self::PendingReview,
        Self::ReopenRequested,
        Self::Resolved,
        Self::Rejected,
        Self::Duplicate,
        Self::Closed,
        Self::Withdrawn,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Assigned => "assigned",
            Self::InProgress => "in_progress",
            Self::Scheduled => "scheduled",
            Self::OnHold => "on_hold",
            Self::AwaitingReporter => "awaiting_reporter",
            Self::PendingReview => "pending_review",
            Self::ReopenRequested => "reopen_requested",
            Self::Resolved => "resolved",
            Self::Rejected => "rejected",
            Self::Duplicate => "duplicate",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(raw: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == raw)
    }

    /// Whether somebody still has to do something.
    pub const fn is_open(self) -> bool {
        !matches!(
            self,
            Self::Resolved | Self::Rejected | Self::Duplicate | Self::Closed | Self::Withdrawn
        )
    }

    /// Whether an agency holds it and nobody waits for anybody's decision.
    pub const fn is_owned(self) -> bool {
        matches!(self, Self::Assigned | Self::InProgress | Self::Scheduled | Self::OnHold)
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
