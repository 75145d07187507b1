//! What payments tells the world: ids, amounts and purposes; no name, phone or note.

use chrono::{DateTime, NaiveDate, Utc};
use city_ids::{AccountId, BillId, MerchantId, MerchantOrderId, PostingId, WalletId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};

use super::PaymentPurpose;

/// Body of `BillOpened`, `BillPaid` and `BillCancelled`, as far as whoever asked for the bill needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillEvent {
    /// The number people quote.
    pub bill_no: String,
    /// What the bill was asked for with, such as the `billRef` of `DossierFeeRequested`; none for a biller's own bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ref: Option<String>,
    /// When it was paid, which may lie before the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<DateTime<Utc>>,
}

/// The same with what whoever tells people needs: the body as it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillTold {
    /// What the asker needs.
    #[serde(flatten)]
    pub event: BillEvent,
    /// The bill.
    pub bill: BillId,
    /// Who it is for; none when nobody has an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What for.
    pub purpose: PaymentPurpose,
    /// What is or was due.
    pub amount: Vnd,
    /// Until when it should be paid.
    pub due_date: NaiveDate,
}

/// Body of `PaymentSucceeded` (to the payer) and `MoneyReceived` (to the payee).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentEvent {
    /// The payment.
    pub payment: PostingId,
    /// Whom it is told to.
    pub account: AccountId,
    /// Their wallet; none when they paid a bill through a provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wallet: Option<WalletId>,
    /// What for.
    pub purpose: PaymentPurpose,
    /// How much moved.
    pub amount: Vnd,
    /// The bill it paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<BillId>,
}

/// Body of `PaymentExpired`: what was reserved is free again, since its time was over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentExpired {
    /// The payment that reserved it.
    pub payment: PostingId,
    /// Whose money it is; none when it is no resident's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// How much was reserved, with a fee that the payer bears.
    pub amount: Vnd,
    /// What for.
    pub purpose: PaymentPurpose,
}

/// Body of `WalletOpened`, `WalletFrozen`, `WalletUnfrozen` and `WalletClosed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WalletEvent {
    /// The wallet.
    pub wallet: WalletId,
    /// Whose it is.
    pub account: AccountId,
}

/// Body of `PaymentSucceeded`, `PaymentAuthorised`, `PaymentCaptured` and `PaymentVoided` of a payment to a merchant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MerchantPaymentEvent {
    /// As of any payment; `amount` is what moved or is reserved for the merchant, a fee left aside.
    #[serde(flatten)]
    pub payment: PaymentEvent,
    /// Who gets the money.
    pub merchant: MerchantId,
    /// What was ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<MerchantOrderId>,
}
