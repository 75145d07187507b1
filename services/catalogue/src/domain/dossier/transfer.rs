//! A dossier on its way to another agency.

use city_clock::Timestamp;
use uuid::Uuid;

/// Where a transfer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferState {
    Sent,
    Received,
    Returned,
}

/// A transfer; of a dossier at most one is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    pub id: Uuid,
    pub from: String,
    pub to: String,
    pub state: TransferState,
    pub sent_at: Timestamp,
    pub receipt_at: Option<Timestamp>,
    /// Over what was handed on: components with their files, in order.
    pub manifest_sha256: [u8; 32],
}

impl TransferState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "SENT",
            Self::Received => "RECEIVED",
            Self::Returned => "RETURNED",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Sent, Self::Received, Self::Returned]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}
