//! What one officer asks and another decides.

use city_clock::Timestamp;
use city_ids::{AccountId, WalletId};
use city_receipt::derive;
use uuid::Uuid;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A wallet is to be open again.
    UnfreezeWallet,
    /// Money from the bank account that backs the wallets is to go into one.
    AdjustWallet {
        /// Whole dong.
        amount: i64,
    },
}

/// What the second officer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Approve,
    /// No.
    Refuse,
}

impl Decision {
    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "APPROVE",
            Self::Refuse => "REFUSE",
        }
    }

    /// The decision of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Approve, Self::Refuse].into_iter().find(|decision| decision.name() == name)
    }
}

/// What `outcome` holds when the ledger did what was approved; anything else is the code of its refusal.
pub const DONE: &str = "DONE";

/// A request to a second officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its id.
    pub id: Uuid,
    /// What is asked.
    pub asked: Asked,
    /// The wallet it is about.
    pub wallet: WalletId,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub requested_by: AccountId,
    /// When.
    pub requested_at: Timestamp,
    /// Who decided, and how.
    pub decided: Option<(AccountId, Decision)>,
    /// What the ledger answered.
    pub outcome: Option<String>,
}

impl Approval {
    /// The id under which the ledger does it: it follows from the request, so it is done once however often it is tried.
    pub fn act(&self) -> Uuid {
        derive("approval.act", self.id)
    }
}
