//! What one officer asks and another decides.

use city_clock::Timestamp;
use city_ids::{AccountId, ReconciliationBreakId, RefundId, SettlementId, WalletId};
use city_receipt::derive;
use uuid::Uuid;

use super::suspense::{Outlet, Place};

/// What kind of request one is. Who may decide follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A wallet is to be open again.
    UnfreezeWallet,
    /// Money is to go into a wallet.
    AdjustWallet,
    /// Money is to go back to a payer.
    Refund,
    /// The books are to agree with a provider's statement.
    Reconciliation,
    /// A version of the limits is to begin.
    Limit,
    /// A settlement was wired.
    Settlement,
    /// Money that was put aside is to get out.
    ReleaseSuspense,
}

impl Kind {
    /// All kinds. What is missing here can be neither listed nor read.
    pub const ALL: [Self; 7] = [
        Self::UnfreezeWallet,
        Self::AdjustWallet,
        Self::Refund,
        Self::Reconciliation,
        Self::Limit,
        Self::Settlement,
        Self::ReleaseSuspense,
    ];

    /// Its name in the database and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnfreezeWallet => "UNFREEZE_WALLET",
            Self::AdjustWallet => "ADJUST_WALLET",
            Self::Refund => "REFUND",
            Self::Reconciliation => "RECONCILIATION",
            Self::Limit => "LIMIT",
            Self::Settlement => "SETTLEMENT",
            Self::ReleaseSuspense => "RELEASE_SUSPENSE",
        }
    }

    /// The kind of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A wallet is to be open again.
    UnfreezeWallet {
        /// Which.
        wallet: WalletId,
        /// The command that stopped it: this undoes no later one. None for a request of before this was kept.
        stop: Option<Uuid>,
    },
    /// Money from the bank account that backs the wallets is to go into one.
    AdjustWallet {
        /// Which.
        wallet: WalletId,
        /// Whole dong.
        amount: i64,
    },
    /// Money is to go back to a payer.
    Refund {
        /// The refund.
        refund: RefundId,
        /// Whole dong.
        amount: i64,
    },
    /// Money is to move so that the books agree with a provider's statement.
    Reconciliation {
        /// The break that this closes.
        of: ReconciliationBreakId,
        /// Whole dong.
        amount: i64,
        /// Where it goes.
        to: Remedy,
    },
    /// A version of the limits is to begin.
    Limit {
        /// The version, whose rules are written already.
        version: i64,
    },
    /// A settlement was wired.
    Settlement {
        /// Which.
        settlement: SettlementId,
        /// Whole dong.
        amount: i64,
        /// The bank's reference.
        bank_ref: String,
    },
    /// Money that was put aside is to get out: all of a leg.
    Release {
        /// The leg that put it aside.
        place: Place,
        /// Whole dong.
        amount: i64,
        /// Where it goes.
        to: Outlet,
    },
}

impl Asked {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::UnfreezeWallet { .. } => Kind::UnfreezeWallet,
            Self::AdjustWallet { .. } => Kind::AdjustWallet,
            Self::Refund { .. } => Kind::Refund,
            Self::Reconciliation { .. } => Kind::Reconciliation,
            Self::Limit { .. } => Kind::Limit,
            Self::Settlement { .. } => Kind::Settlement,
            Self::Release { .. } => Kind::ReleaseSuspense,
        }
    }

    /// The wallet it is about, or to which the money goes.
    pub const fn wallet(&self) -> Option<WalletId> {
        match self {
            Self::UnfreezeWallet { wallet, .. } | Self::AdjustWallet { wallet, .. } => {
                Some(*wallet)
            }
            Self::Release { to, .. } => to.wallet(),
            _ => None,
        }
    }

    /// The stop, refund, break or settlement it is about, or the posting that put its money aside.
    pub const fn subject(&self) -> Option<Uuid> {
        match self {
            Self::UnfreezeWallet { stop, .. } => *stop,
            Self::Refund { refund, .. } => Some(refund.as_uuid()),
            Self::Reconciliation { of, .. } => Some(of.as_uuid()),
            Self::Settlement { settlement, .. } => Some(settlement.as_uuid()),
            Self::Release { place, .. } => Some(place.posting.as_uuid()),
            _ => None,
        }
    }

    /// The leg that put its money aside.
    pub const fn leg(&self) -> Option<i16> {
        match self {
            Self::Release { place, .. } => Some(place.leg),
            _ => None,
        }
    }

    /// The version of the limits it is about.
    pub const fn version(&self) -> Option<i64> {
        match self {
            Self::Limit { version } => Some(*version),
            _ => None,
        }
    }

    /// How much money it moves, in dong.
    pub const fn amount(&self) -> Option<i64> {
        match self {
            Self::UnfreezeWallet { .. } | Self::Limit { .. } => None,
            Self::AdjustWallet { amount, .. }
            | Self::Refund { amount, .. }
            | Self::Reconciliation { amount, .. }
            | Self::Settlement { amount, .. }
            | Self::Release { amount, .. } => Some(*amount),
        }
    }

    /// The bank's reference, or where the money goes.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Reconciliation { to, .. } => Some(to.name()),
            Self::Settlement { bank_ref, .. } => Some(bank_ref),
            Self::Release { to, .. } => Some(to.name()),
            _ => None,
        }
    }
}

/// Where the money of a break goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// What the provider owes beyond what anybody got: to where money waits for its owner.
    Suspense,
    /// What the provider does not owe after all: the city bears it.
    WriteOff,
}

impl Remedy {
    /// Its name in the database and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Suspense => "SUSPENSE",
            Self::WriteOff => "WRITE_OFF",
        }
    }

    /// The remedy of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Suspense, Self::WriteOff].into_iter().find(|remedy| remedy.name() == name)
    }
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
/// What it holds when what was asked about had changed before it could be done.
pub const STALE: &str = "STALE";

/// A request to a second officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its id.
    pub id: Uuid,
    /// What is asked.
    pub asked: Asked,
    /// Why.
    pub reason: String,
    /// Who asked; none when it was the city itself.
    pub requested_by: Option<AccountId>,
    /// When.
    pub requested_at: Timestamp,
    /// Who decided, and how.
    pub decided: Option<(AccountId, Decision)>,
    /// What the ledger answered.
    pub outcome: Option<String>,
}

impl Approval {
    /// A request that nobody has decided about.
    pub const fn new(
        id: Uuid,
        asked: Asked,
        reason: String,
        requested_by: Option<AccountId>,
        requested_at: Timestamp,
    ) -> Self {
        Self { id, asked, reason, requested_by, requested_at, decided: None, outcome: None }
    }

    /// The id under which the ledger does it: it follows from the request, so it is done once however often it is tried.
    pub fn act(&self) -> Uuid {
        derive("approval.act", self.id)
    }
}
