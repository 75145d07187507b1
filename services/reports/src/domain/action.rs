//! What can be asked of a report, and by whom.

use std::fmt;

use city_ids::AccountId;

use super::AgencyCode;

/// An attempt to move a report, as spec and routes name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Accept,
    Reject,
    Start,
    Schedule,
    Hold,
    Resume,
    Return,
    Reassign,
    Ask,
    Answer,
    DropQuestion,
    NoAnswer,
    Resolve,
    Approve,
    SendBack,
    Merge,
    Unmerge,
    Withdraw,
    Contest,
    Grant,
    Refuse,
    Close,
    Rate,
    Assign,
    FollowRoot,
}

impl Action {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Start => "start",
            Self::Schedule => "schedule",
            Self::Hold => "hold",
            Self::Resume => "resume",
            Self::Return => "return",
            Self::Reassign => "reassign",
            Self::Ask => "ask",
            Self::Answer => "answer",
            Self::DropQuestion => "drop_question",
            Self::NoAnswer => "no_answer",
            Self::Resolve => "resolve",
            Self::Approve => "approve",
            Self::SendBack => "send_back",
            Self::Merge => "merge",
            Self::Unmerge => "unmerge",
            Self::Withdraw => "withdraw",
            Self::Contest => "contest",
            Self::Grant => "grant",
            Self::Refuse => "refuse",
            Self::Close => "close",
            Self::Rate => "rate",
            Self::Assign => "assign",
            Self::FollowRoot => "follow_root",
        }
    }

    /// Who may do it, whatever the state. Scope and permission are checked where the caller is known.
    pub const fn roles(self) -> &'static [Role] {
        use Role::{Coordinator, Follower, Lead, Officer, Reporter, System, Triage};
        match self {
            Self::Accept => &[Triage, System],
            Self::Reject | Self::Unmerge => &[Triage],
            Self::Start | Self::Schedule | Self::Hold | Self::Return | Self::Resolve => {
                &[Officer, Lead]
            }
            Self::Resume | Self::Assign => &[Officer, Lead, System],
            Self::Reassign => &[Triage, Coordinator],
            Self::Ask | Self::DropQuestion | Self::Merge => &[Triage, Officer, Lead],
            Self::Answer | Self::Withdraw => &[Reporter],
            Self::NoAnswer | Self::Close | Self::FollowRoot => &[System],
            Self::Approve | Self::SendBack | Self::Grant | Self::Refuse => &[Coordinator],
            Self::Contest | Self::Rate => &[Reporter, Follower],
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// In which capacity somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Reporter,
    Follower,
    Officer,
    Triage,
    Lead,
    Coordinator,
    System,
}

impl Role {
    /// The word in the timeline.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reporter => "REPORTER",
            Self::Follower => "FOLLOWER",
            Self::Officer => "OFFICER",
            Self::Triage => "TRIAGE",
            Self::Lead => "LEAD",
            Self::Coordinator => "COORDINATOR",
            Self::System => "SYSTEM",
        }
    }
}

/// Who acts on a report. The timeline keeps role and agency for good; the account can be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A guest or an Open311 reporter has no account.
    Reporter {
        account: Option<AccountId>,
    },
    Follower {
        account: AccountId,
    },
    Officer {
        account: AccountId,
        agency: AgencyCode,
    },
    Triage {
        account: AccountId,
    },
    Lead {
        account: AccountId,
        agency: AgencyCode,
    },
    Coordinator {
        account: AccountId,
    },
    System,
}

impl Actor {
    pub const fn role(&self) -> Role {
        match self {
            Self::Reporter { .. } => Role::Reporter,
            Self::Follower { .. } => Role::Follower,
            Self::Officer { .. } => Role::Officer,
            Self::Triage { .. } => Role::Triage,
            Self::Lead { .. } => Role::Lead,
            Self::Coordinator { .. } => Role::Coordinator,
            Self::System => Role::System,
        }
    }

    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Reporter { account } => *account,
            Self::Follower { account }
            | Self::Officer { account, .. }
            | Self::Triage { account }
            | Self::Lead { account, .. }
            | Self::Coordinator { account } => Some(*account),
            Self::System => None,
        }
    }

    pub const fn agency(&self) -> Option<&AgencyCode> {
        match self {
            Self::Officer { agency, .. } | Self::Lead { agency, .. } => Some(agency),
            Self::Reporter { .. }
            | Self::Follower { .. }
            | Self::Triage { .. }
            | Self::Coordinator { .. }
            | Self::System => None,
        }
    }
}
