//! Money that goes on to payees, what backs the wallets, and what witnesses of a payment disagree about.

use chrono::{DateTime, NaiveDate, Utc};
use city_ids::{PostingId, ReconciliationBreakId, SettlementId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};

/// Where a settlement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SettlementState {
    /// The money is set aside for the payee and not wired.
    Closed,
    /// It was wired.
    Paid,
    /// It is the payee's balance again, or aside when the payee is closed.
    Returned,
}

/// How often a payee is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SettlementRhythm {
    /// Every midnight.
    Daily,
    /// The midnight before Monday.
    Weekly,
    /// When an officer says so.
    Manual,
}

impl SettlementRhythm {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Manual => "MANUAL",
        }
    }
}

/// The report of a settlement: what came in and went out since the one before, as the document of its posting has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettlementView {
    /// The settlement.
    pub id: SettlementId,
    /// The payee's account, as the ledger's leaves name it.
    pub payee: String,
    /// What the payee is called; none when nobody gave the account a name.
    pub name: Option<String>,
    /// The civil day at whose midnight it was closed.
    pub period: NaiveDate,
    /// What the settlement before left on the account, such as money set aside for a refund.
    pub opening: Vnd,
    /// Payments that came in.
    pub payments: Vnd,
    /// What went back to payers.
    pub refunds: Vnd,
    /// Fees kept by the city.
    pub fees: Vnd,
    /// Settlements that came back, less anything else that left.
    pub other: Vnd,
    /// What stays on the account, set aside for refunds.
    pub carried: Vnd,
    /// What is settled: opening + payments - refunds - fees + other - carried.
    pub net: Vnd,
    /// The posting that set it aside.
    pub posting: PostingId,
    /// Where it is.
    pub state: SettlementState,
    /// The bank's reference, once it is paid.
    pub bank_ref: Option<String>,
    /// When it was closed.
    pub at: DateTime<Utc>,
}

/// Body of `SettlementClosed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettlementEvent {
    /// The settlement.
    pub settlement: SettlementId,
    /// The payee's account.
    pub payee: String,
    /// The posting that set the money aside.
    pub payment: PostingId,
    /// The civil day at whose midnight it was closed.
    pub period: NaiveDate,
    /// What is settled.
    pub amount: Vnd,
}

/// Body of `BackingPublished` and `BackingShort`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BackingEvent {
    /// The civil day it is about.
    pub day: NaiveDate,
    /// The last batch that is counted.
    pub batch: i64,
    /// All wallets.
    pub wallets: Vnd,
    /// The bank accounts that back them.
    pub guarantee: Vnd,
    /// What providers owe since less than three working days.
    pub transit: Vnd,
}

/// What witnesses of a provider's payment say, together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReconciliationClass {
    /// The statement and the ledger agree.
    Matched,
    /// The statement has it, the ledger does not.
    MissingHere,
    /// The ledger has it, the statement of two working days later does not.
    MissingThere,
    /// Both have it, with different amounts.
    AmountDiffers,
    /// The statement has it twice.
    Duplicate,
    /// The provider kept another fee than agreed.
    Fee,
    /// The provider says failed after it said paid.
    FailedAfterPaid,
    /// The payer's bank took the money and the provider does not have it.
    Stuck,
    /// Nobody could say in a week what became of an order.
    Unresolved,
}

impl ReconciliationClass {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Matched,
        Self::MissingHere,
        Self::MissingThere,
        Self::AmountDiffers,
        Self::Duplicate,
        Self::Fee,
        Self::FailedAfterPaid,
        Self::Stuck,
        Self::Unresolved,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "MATCHED",
            Self::MissingHere => "MISSING_HERE",
            Self::MissingThere => "MISSING_THERE",
            Self::AmountDiffers => "AMOUNT_DIFFERS",
            Self::Duplicate => "DUPLICATE",
            Self::Fee => "FEE",
            Self::FailedAfterPaid => "FAILED_AFTER_PAID",
            Self::Stuck => "STUCK",
            Self::Unresolved => "UNRESOLVED",
        }
    }

    /// The class of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }
}

/// Body of `BreakOpened`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakEvent {
    /// The break.
    pub id: ReconciliationBreakId,
    /// What it is.
    pub class: ReconciliationClass,
    /// Between us and which provider.
    pub provider: String,
    /// How much it is about.
    pub amount: Vnd,
    /// When it should be closed.
    pub due_at: DateTime<Utc>,
}
