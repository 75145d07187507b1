//! Money that goes back.

use chrono::{DateTime, Utc};
use city_ids::{AccountId, PostingId, ProviderOrderId, RefundId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};

use super::PaymentPurpose;

/// Where a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundState {
    /// It waits for a second officer.
    Requested,
    /// It is to be done as soon as the ledger is there.
    Approved,
    /// A second officer said no.
    Refused,
    /// The money is set aside and on its way to the provider.
    Held,
    /// The provider was asked.
    Sent,
    /// Nobody knows yet what the provider did.
    Unknown,
    /// The money is back.
    Done,
    /// The payer's wallet is closed: the money waits for an officer.
    Suspense,
    /// It could not be done; the money stayed where it was.
    Failed,
}

impl RefundState {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Requested,
        Self::Approved,
        Self::Refused,
        Self::Held,
        Self::Sent,
        Self::Unknown,
        Self::Done,
        Self::Suspense,
        Self::Failed,
    ];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Approved => "APPROVED",
            Self::Refused => "REFUSED",
            Self::Held => "HELD",
            Self::Sent => "SENT",
            Self::Unknown => "UNKNOWN",
            Self::Done => "DONE",
            Self::Suspense => "SUSPENSE",
            Self::Failed => "FAILED",
        }
    }
}

/// A refund, to the payer and payee of what it is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundView {
    /// The refund.
    pub id: RefundId,
    /// How much goes back.
    pub amount: Vnd,
    /// Where it is.
    pub state: RefundState,
    /// When it was asked for.
    pub at: DateTime<Utc>,
    /// Grows with each step; `UNKNOWN` is the same step as `SENT`.
    pub version: i64,
}

/// Body of `RefundDone` and `RefundFailed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundEvent {
    /// The refund.
    pub refund: RefundId,
    /// The payment it is of.
    pub payment: PostingId,
    /// Whom it is told to: the payer; none when nobody with an account paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What the payment was for.
    pub purpose: PaymentPurpose,
    /// How much goes back.
    pub amount: Vnd,
    /// The payment through a provider whose money it is; none when it goes back to a wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_payment: Option<ProviderOrderId>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}
