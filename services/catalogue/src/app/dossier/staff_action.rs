//! What staff may do to a dossier, parsed, and whose it is.

use chrono::NaiveDate;
use city_auth::Permission;
use city_auth::permission::{DOSSIER_INTAKE, DOSSIER_LEAD, DOSSIER_PROCESS};
use city_ids::{AccountId, DossierFileId};

use crate::domain::dossier::{Dossier, NewItem, Note, Reason};

/// What staff want to do.
#[derive(Debug, Clone)]
pub enum StaffAction {
    Accept,
    Refuse {
        reasons: Vec<Reason>,
    },
    Start,
    /// To oneself, or by the lead to anybody.
    Assign {
        assignee: AccountId,
    },
    Ask {
        items: Vec<NewItem>,
        deadline: NaiveDate,
    },
    /// What was asked for came in on paper.
    Supplement {
        targets: Vec<String>,
    },
    DropRound {
        note: Option<Note>,
    },
    AskPayment {
        amount: i64,
        basis: Note,
    },
    /// Go on without the payment.
    Paid {
        note: Note,
    },
    Stop {
        reason: Reason,
        resumable: bool,
    },
    Resume {
        note: Option<Note>,
    },
    Close {
        reason: Reason,
    },
    Finish {
        refused_for: Option<Reason>,
        results: Vec<NewResult>,
    },
    HandOver,
    Withdraw {
        note: Option<Note>,
    },
    Apologise {
        promised_on: NaiveDate,
        note: Note,
    },
    Transfer {
        to: String,
        note: Option<Note>,
    },
    Receive,
    Return {
        note: Note,
    },
    ClearRefund {
        note: Note,
    },
}

/// A result that is handed over.
#[derive(Debug, Clone)]
pub struct NewResult {
    pub file: DossierFileId,
    pub signed_by: Option<String>,
    pub valid_to: Option<NaiveDate>,
}

impl StaffAction {
    /// Its name in the route.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse { .. } => "refuse",
            Self::Start => "start",
            Self::Assign { .. } => "assign",
            Self::Ask { .. } => "ask",
            Self::Supplement { .. } => "supplement",
            Self::DropRound { .. } => "drop-round",
            Self::AskPayment { .. } => "ask-payment",
            Self::Paid { .. } => "paid",
            Self::Stop { .. } => "stop",
            Self::Resume { .. } => "resume",
            Self::Close { .. } => "close",
            Self::Finish { .. } => "finish",
            Self::HandOver => "hand-over",
            Self::Withdraw { .. } => "withdraw",
            Self::Apologise { .. } => "apologise",
            Self::Transfer { .. } => "transfer",
            Self::Receive => "receive",
            Self::Return { .. } => "return",
            Self::ClearRefund { .. } => "clear-refund",
        }
    }

    /// Which permission it needs over which agency, for this member of staff.
    pub fn needs<'a>(&self, dossier: &'a Dossier, who: AccountId) -> (Permission, &'a str) {
        match self {
            Self::Accept
            | Self::Refuse { .. }
            | Self::Supplement { .. }
            | Self::HandOver
            | Self::Withdraw { .. } => (DOSSIER_INTAKE, &dossier.receiving),
            Self::Start
            | Self::Ask { .. }
            | Self::DropRound { .. }
            | Self::AskPayment { .. }
            | Self::Paid { .. }
            | Self::Stop { .. }
            | Self::Resume { .. }
            | Self::Finish { .. }
            | Self::Apologise { .. }
            | Self::Transfer { .. } => (DOSSIER_PROCESS, &dossier.competent),
            Self::Assign { assignee } if *assignee == who => (DOSSIER_PROCESS, &dossier.competent),
            Self::Assign { .. } | Self::Close { .. } | Self::ClearRefund { .. } => {
                (DOSSIER_LEAD, &dossier.competent)
            }
            Self::Receive | Self::Return { .. } => {
                let to = dossier.transfer.as_ref().map_or(&dossier.competent, |sent| &sent.to);
                (DOSSIER_PROCESS, to)
            }
        }
    }
}
