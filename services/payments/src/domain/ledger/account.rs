//! Accounts and their balances.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The number of an account inside the ledger; its public id is [`Account::ext`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountNo(pub i64);

/// What an account is in the chart of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum Class {
    /// The bank account that backs the wallets.
    Guarantee = 10,
    /// What a provider owes us.
    Clearing = 11,
    /// A resident's wallet.
    Wallet = 20,
    /// A merchant.
    Merchant = 21,
    /// A head of a biller.
    Biller = 22,
    /// Settled to a payee and not yet wired.
    Payable = 23,
    /// Money without an owner yet.
    Suspense = 25,
    /// Fees earned.
    FeeIncome = 30,
    /// Fees of providers.
    FeeCost = 40,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Guarantee,
        Self::Clearing,
        Self::Wallet,
        Self::Merchant,
        Self::Biller,
        Self::Payable,
        Self::Suspense,
        Self::FeeIncome,
        Self::FeeCost,
    ];

    /// The class of a number.
    pub fn of(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.number() == number)
    }

    /// Its number in the database.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// The flags of a new account of this class.
    pub const fn flags(self) -> i32 {
        match self {
            Self::Guarantee | Self::FeeCost => flags::CREDITS_COVERED,
            Self::Clearing => 0,
            Self::Wallet
            | Self::Merchant
            | Self::Biller
            | Self::Payable
            | Self::Suspense
            | Self::FeeIncome => flags::DEBITS_COVERED,
        }
    }
}

/// What an account may not do.
pub mod flags {
    /// Its debits never exceed its credits.
    pub const DEBITS_COVERED: i32 = 1;
    /// Its credits never exceed its debits.
    pub const CREDITS_COVERED: i32 = 2;
    /// Nothing leaves it.
    pub const NO_DEBIT: i32 = 4;
    /// Nothing arrives.
    pub const NO_CREDIT: i32 = 8;
    /// Closed for ever.
    pub const CLOSED: i32 = 16;
}

/// The four sums of an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// Reserved by holds that would debit it.
    pub debits_pending: i64,
    /// All that left it.
    pub debits_posted: i64,
    /// Reserved by holds that would credit it.
    pub credits_pending: i64,
    /// All that arrived.
    pub credits_posted: i64,
}

impl Balance {
    /// What arrived less what left.
    pub const fn net(&self) -> i64 {
        self.credits_posted - self.debits_posted // both are at least 0
    }

    /// Whether nothing is on it and nothing is reserved.
    pub const fn is_empty(&self) -> bool {
        self.debits_pending == 0 && self.credits_pending == 0 && self.net() == 0
    }
}

/// An account as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub no: AccountNo,
    /// Its public id.
    pub ext: Uuid,
    /// What it is.
    pub class: Class,
    /// Its [`flags`].
    pub flags: i32,
    /// Its sums.
    pub balance: Balance,
    /// How many batches touched it.
    pub version: i64,
}

impl Account {
    /// Whether a flag is set.
    pub const fn has(&self, flag: i32) -> bool {
        self.flags & flag != 0
    }
}
