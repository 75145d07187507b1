//! Why a rule says no.

use super::status::Status;

/// A move that the table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{attempted} is no move from {}", .status.as_str())]
pub struct WrongStatus {
    pub status: Status,
    pub attempted: &'static str,
}

/// Why a rule of dossiers says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    WrongStatus(#[from] WrongStatus),
    #[error("a bill of this dossier is not paid")]
    FeeUnpaid,
    /// Asked for again although nothing about it changed since the first round.
    #[error("an item that did not change since the first round needs the lead")]
    LeadNeeded { targets: Vec<String> },
    #[error("this stop was declared final")]
    NotResumable,
    #[error("the round asks for something else")]
    ItemsOpen { targets: Vec<String> },
    #[error("there is no transfer under way")]
    NoTransfer,
    #[error("a transfer is under way")]
    TransferOpen,
    #[error(transparent)]
    Horizon(#[from] city_calendar::Horizon),
}

impl Refusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WrongStatus(_) => "DOSSIER_STATE",
            Self::FeeUnpaid => "FEE_UNPAID",
            Self::LeadNeeded { .. } => "LEAD_NEEDED",
            Self::NotResumable => "NOT_RESUMABLE",
            Self::ItemsOpen { .. } => "ITEMS_OPEN",
            Self::NoTransfer | Self::TransferOpen => "TRANSFER_STATE",
            Self::Horizon(_) => "DUE_TOO_FAR",
        }
    }
}
