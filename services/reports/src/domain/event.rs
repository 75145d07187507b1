//! What happened to a report, as other parts of the city may know it: never a text, a phone or a position.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{AccountId, ReportId};
use serde_json::{Map, Value};

use super::{
    AgencyCode, CategoryCode, Proximity, PublicCode, RejectReason, Report, ReturnReason, Score,
    StateName, Visibility, WardCode,
};

/// Why a question ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropCause {
    Staff,
    NoAnswer,
    /// The reporter left, and others follow the report.
    ReporterGone,
}

impl DropCause {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "STAFF",
            Self::NoAnswer => "NO_ANSWER",
            Self::ReporterGone => "REPORTER_GONE",
        }
    }
}

/// What happened, with what only this happening knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    Filed,
    Accepted {
        agency: AgencyCode,
    },
    Rejected {
        reason: RejectReason,
    },
    Returned {
        reason: ReturnReason,
        from: AgencyCode,
        suggested: AgencyCode,
    },
    Reassigned {
        from: AgencyCode,
        to: AgencyCode,
    },
    Assigned,
    Started,
    Scheduled {
        day: NaiveDate,
    },
    Held {
        until: Timestamp,
    },
    Resumed,
    QuestionAsked {
        until: Timestamp,
    },
    QuestionDropped {
        cause: DropCause,
    },
    Answered,
    ReviewRequested {
        proximity: Proximity,
    },
    Resolved {
        proximity: Option<Proximity>,
    },
    SentBack,
    Contested,
    Reopened {
        agency: AgencyCode,
    },
    ContestRefused,
    Rated {
        score: Score,
    },
    Closed,
    Withdrawn,
    /// The reporter withdrew, but others follow: the report goes on without its reporter.
    Detached,
    Merged {
        into: PublicCode,
    },
    Unmerged,
    Escalated {
        level: i16,
    },
    DueMoved {
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    },
    Commented {
        visibility: Visibility,
    },
    Hidden,
    Unhidden,
    PhotoReady,
    PhotoFailed,
    Anonymised,
}

impl EventKind {
    /// The event's name on the stream; none for what stays inside.
    pub const fn public_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Filed => "ReportFiled",
            Self::Accepted { .. } => "ReportAccepted",
            Self::Rejected { .. } => "ReportRejected",
            Self::Returned { .. } => "ReportReturned",
            Self::Reassigned { .. } => "ReportReassigned",
            Self::Assigned => "ReportAssigned",
            Self::Started => "ReportStarted",
            Self::Scheduled { .. } => "ReportScheduled",
            Self::Held { .. } => "ReportHeld",
            Self::Resumed => "ReportResumed",
            Self::QuestionAsked { .. } => "ReportQuestionAsked",
            Self::QuestionDropped { .. } => "ReportQuestionDropped",
            Self::Answered => "ReportAnswered",
            Self::ReviewRequested { .. } => "ReportReviewRequested",
            Self::Resolved { .. } => "ReportResolved",
            Self::SentBack => "ReportSentBack",
            Self::Contested => "ReportContested",
            Self::Reopened { .. } => "ReportReopened",
            Self::ContestRefused => "ReportContestRefused",
            Self::Rated { .. } => "ReportRated",
            Self::Closed => "ReportClosed",
            Self::Withdrawn => "ReportWithdrawn",
            Self::Detached => return None,
            Self::Merged { .. } => "ReportMerged",
            Self::Unmerged => "ReportUnmerged",
            Self::Escalated { .. } => "ReportEscalated",
            Self::DueMoved { .. } => "ReportDueMoved",
            Self::Commented { .. } => "ReportCommented",
            Self::Hidden => "ReportHidden",
            Self::Unhidden => "ReportUnhidden",
            Self::PhotoReady => "ReportPhotoReady",
            Self::PhotoFailed => "ReportPhotoFailed",
            Self::Anonymised => "ReportAnonymised",
        })
    }

    /// The `data` of the timeline row: codes, dates and numbers; an account would outlive its erasure there.
    pub fn data(&self) -> Map<String, Value> {
        let instant = |at: &Timestamp| super::proof::instant(*at);
        let pairs: Vec<(&str, Value)> = match self {
            Self::Accepted { agency } | Self::Reopened { agency } => {
                vec![("agency", agency.as_str().into())]
            }
            Self::Rejected { reason } => vec![("reason", reason.as_str().into())],
            Self::Returned { reason, from, suggested } => vec![
                ("reason", reason.as_str().into()),
                ("fromAgency", from.as_str().into()),
                ("suggestedAgency", suggested.as_str().into()),
            ],
            Self::Reassigned { from, to } => {
                vec![("fromAgency", from.as_str().into()), ("toAgency", to.as_str().into())]
            }
            Self::Scheduled { day } => vec![("day", day.to_string().into())],
            Self::Held { until } | Self::QuestionAsked { until } => {
                vec![("until", instant(until).into())]
            }
            Self::QuestionDropped { cause } => vec![("cause", cause.as_str().into())],
            Self::ReviewRequested { proximity } | Self::Resolved { proximity: Some(proximity) } => {
                vec![("proximity", proximity.as_str().into())]
            }
            Self::Rated { score } => vec![("score", score.get().into())],
            Self::Merged { into } => vec![("into", into.to_string().into())],
            Self::Escalated { level } => vec![("level", (*level).into())],
            Self::DueMoved { from, to } => vec![
                ("from", from.as_ref().map(instant).into()), // null while the clock stands
                ("to", to.as_ref().map(instant).into()),
            ],
            Self::Filed
            | Self::Assigned
            | Self::Started
            | Self::Resumed
            | Self::Answered
            | Self::Resolved { proximity: None }
            | Self::SentBack
            | Self::Contested
            | Self::ContestRefused
            | Self::Closed
            | Self::Withdrawn
            | Self::Detached
            | Self::Unmerged
            | Self::Commented { .. }
            | Self::Hidden
            | Self::Unhidden
            | Self::PhotoReady
            | Self::PhotoFailed
            | Self::Anonymised => vec![],
        };
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

/// A happening with the report as it is after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub kind: EventKind,
    pub at: Timestamp,
    pub report: ReportId,
    pub code: PublicCode,
    pub version: i32,
    pub state: StateName,
    pub round: i32,
    pub category: CategoryCode,
    pub ward: WardCode,
    pub agency: Option<AgencyCode>,
    pub assignee: Option<AccountId>,
    pub reporter: Option<AccountId>,
    /// The report this one is a duplicate of.
    pub canonical: Option<ReportId>,
    pub filed_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub due_at: Option<Timestamp>,
    pub step_due_at: Option<Timestamp>,
    pub answered_at: Option<Timestamp>,
    pub outcome_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub on_time: Option<bool>,
    pub level: i16,
}

impl Event {
    /// What happened to `report`, which is as it is afterwards.
    pub fn of(report: &Report, kind: EventKind, at: Timestamp) -> Self {
        let (facts, columns) = (&report.facts, report.columns());
        Self {
            kind,
            at,
            report: facts.id,
            code: facts.code,
            version: facts.version,
            state: columns.state,
            round: facts.round,
            category: facts.category.clone(),
            ward: facts.ward.clone(),
            agency: columns.agency,
            assignee: columns.assignee,
            reporter: facts.reporter.account(),
            canonical: columns.canonical,
            filed_at: facts.filed_at,
            accepted_at: facts.accepted_at,
            due_at: facts.due_at,
            step_due_at: facts.step_due_at,
            answered_at: facts.answered_at,
            outcome_at: facts.outcome_at,
            closed_at: facts.closed_at,
            on_time: facts.on_time,
            level: facts.escalation_level,
        }
    }

    pub const fn score(&self) -> Option<Score> {
        match self.kind {
            EventKind::Rated { score } => Some(score),
            _ => None,
        }
    }
}
