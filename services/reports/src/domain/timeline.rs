//! Rows of a report's timeline: which kind each happening has, and who may see it.

use serde_json::{Map, Value, json};

use super::{Actor, EventKind, Role, StateName, Transitioned};

/// Who may see a row of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody who may see the report.
    Public,
    /// The reporter and staff.
    Reporter,
    Staff,
}

impl Visibility {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "PUBLIC",
            Self::Reporter => "REPORTER",
            Self::Staff => "STAFF",
        }
    }

    pub fn parse(raw: &str) -> Option<Self> {
        [Self::Public, Self::Reporter, Self::Staff]
            .into_iter()
            .find(|visibility| visibility.as_str() == raw)
    }
}

impl EventKind {
    /// The kind of the timeline row and who may see it.
    ///
    /// What a reporter writes goes to staff only: it may say who and where the reporter is. What agencies tell each
    /// other stays with staff; what the city decides is public.
    pub const fn timeline(&self) -> (&'static str, Visibility) {
        use Visibility::{Public, Reporter, Staff};
        match self {
            Self::Filed => ("FILED", Public),
            Self::Accepted { .. } => ("ACCEPTED", Public),
            Self::Rejected { .. } => ("REJECTED", Public),
            Self::Returned { .. } => ("RETURNED", Staff),
            Self::Reassigned { .. } => ("REASSIGNED", Public),
            Self::Assigned => ("ASSIGNED", Staff),
            Self::Started => ("STARTED", Public),
            Self::Scheduled { .. } => ("SCHEDULED", Public),
            Self::Held { .. } => ("HELD", Public),
            Self::Resumed => ("RESUMED", Public),
            Self::QuestionAsked { .. } => ("QUESTION_ASKED", Reporter),
            Self::QuestionDropped { .. } => ("QUESTION_DROPPED", Reporter),
            Self::Answered => ("ANSWERED", Reporter),
            Self::ReviewRequested { .. } => ("REVIEW_REQUESTED", Staff),
            Self::Resolved { .. } => ("RESOLVED", Public),
            Self::SentBack => ("SENT_BACK", Staff),
            Self::Contested => ("CONTESTED", Reporter),
            Self::Reopened { .. } => ("REOPENED", Public),
            Self::ContestRefused => ("CONTEST_REFUSED", Public),
            Self::Rated { .. } => ("RATED", Reporter),
            Self::Closed => ("CLOSED", Public),
            Self::Withdrawn => ("WITHDRAWN", Public),
            Self::Detached => ("DETACHED", Staff),
            Self::Merged { .. } => ("MERGED", Public),
            Self::Unmerged => ("UNMERGED", Public),
            Self::Escalated { .. } => ("ESCALATED", Staff),
            Self::DueMoved { .. } => ("DUE_MOVED", Public),
            Self::Commented { visibility } => ("COMMENTED", *visibility),
            Self::Hidden => ("HIDDEN", Reporter),
            Self::Unhidden => ("UNHIDDEN", Reporter),
            Self::PhotoReady => ("PHOTO_READY", Staff),
            Self::PhotoFailed => ("PHOTO_FAILED", Reporter),
            Self::Anonymised => ("ANONYMISED", Staff),
        }
    }
}

/// The content of a timeline row; text and account are kept beside it because they can be erased.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub kind: &'static str,
    pub visibility: Visibility,
    pub from: Option<StateName>,
    pub to: Option<StateName>,
    pub role: Role,
    pub agency: Option<String>,
    pub data: Map<String, Value>,
}

impl Entry {
    /// A row for something that is no transition: a view of a contact, a recategorisation.
    pub fn note(
        kind: &'static str,
        visibility: Visibility,
        by: &Actor,
        data: Map<String, Value>,
    ) -> Self {
        let agency = by.agency().map(ToString::to_string);
        Self { kind, visibility, from: None, to: None, role: by.role(), agency, data }
    }

    /// What `meta_hash` is made of. Free text and accounts have no place here.
    pub fn meta(&self) -> Value {
        json!({
            "kind": self.kind,
            "from": self.from.map(StateName::as_str),
            "to": self.to.map(StateName::as_str),
            "role": self.role.as_str(),
            "agency": self.agency,
            "data": self.data,
        })
    }
}

impl Transitioned {
    /// The timeline row of this step, done by `by`.
    pub fn entry(&self, by: &Actor) -> Entry {
        let (kind, visibility) = self.event.kind.timeline();
        Entry {
            from: self.from,
            to: Some(self.to),
            ..Entry::note(kind, visibility, by, self.event.kind.data())
        }
    }
}
