//! Payments out of a wallet.

use chrono::{DateTime, Utc};
use city_ids::{BillId, MerchantOrderId, PostingId, WalletId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};

use super::{PayeeId, RefundView};
use crate::problem::Finding;

/// What money is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentPurpose {
    /// To a person.
    Person,
    /// Goods and services of a merchant.
    Goods,
    /// A fee of the administration.
    PublicFee,
    /// Electricity.
    Electricity,
    /// Water.
    Water,
    /// Telephone, internet, television.
    Telecom,
    /// Traffic fines and fees.
    Traffic,
    /// Tuition.
    Tuition,
    /// Hospital fees.
    Hospital,
    /// Insurance.
    Insurance,
    /// A debt to a bank.
    BankDebt,
    /// Sanitation.
    Sanitation,
    /// Transport.
    Transport,
    /// Money in through a provider.
    TopUp,
    /// Money back.
    Refund,
    /// A payee's period closed.
    Settlement,
    /// A fee of the city's own.
    Fee,
    /// Provider accounts brought together.
    Reconciliation,
    /// A correction by two officers.
    Adjustment,
}

/// `POST /internal/v1/payee-by-phone`.
#[derive(Clone, Serialize, Deserialize)]
pub struct PayeeByPhone {
    /// As typed.
    pub phone: String,
}

impl std::fmt::Debug for PayeeByPhone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PayeeByPhone([redacted])")
    }
}

/// Whom money would go to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeView {
    /// A wallet's, merchant's or biller's id.
    pub id: String,
    /// Their name; of a person all but the first letters hidden, or the end of their wallet's id.
    pub name: String,
    /// Whether it is a person.
    pub person: bool,
}

/// `POST /internal/v1/payment-quote`: what a payment would be, before the person confirms it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuoteRequest {
    /// The key the payment will have: a UUIDv7.
    pub idempotency_key: String,
    /// To a person or a merchant; or
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee_id: Option<PayeeId>,
    /// of an order of a merchant; or
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<MerchantOrderId>,
    /// of a bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill_id: Option<BillId>,
    /// How much; none for what is due of a bill or order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Vnd>,
    /// The payer's words, at most 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl std::fmt::Debug for QuoteRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("QuoteRequest([redacted])")
    }
}

/// What proof of the person a payment needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StepUpStrength {
    /// The PIN.
    Pin,
    /// The PIN, and a sign-in or code within ten minutes.
    Strong,
}

/// A payment as it would be.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentQuote {
    /// Whom it would go to.
    pub payee: PayeeView,
    /// What they would get.
    pub amount: Vnd,
    /// What it costs the payer beside.
    pub fee: Vnd,
    /// What would leave the wallet.
    pub total: Vnd,
    /// What proof it needs.
    pub step_up: StepUpStrength,
    /// The operation to confirm.
    pub operation: String,
    /// Its digest to confirm.
    pub operation_digest: String,
    /// Until when the quote holds.
    pub valid_until: DateTime<Utc>,
    /// What would refuse it now.
    pub problems: Vec<Finding>,
}

/// `POST /internal/v1/send-money`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SendMoney {
    /// A UUIDv7 made within the last 24 hours: the id of the payment for ever.
    pub idempotency_key: String,
    /// The wallet of the other person.
    pub payee_id: WalletId,
    /// How much.
    pub amount: Vnd,
    /// The payer's words, at most 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The confirmation by PIN; a repetition of a finished payment needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up_token: Option<String>,
}

impl std::fmt::Debug for SendMoney {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SendMoney([redacted])")
    }
}

/// Where a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentState {
    /// The money moved.
    Succeeded,
    /// It is reserved.
    Authorised,
    /// What was reserved moved, all or part.
    Captured,
    /// What was reserved is free again.
    Voided,
    /// The same, by time.
    Expired,
}

/// A payment, to its payer and payee.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    /// The payment.
    pub id: PostingId,
    /// Where it is.
    pub state: PaymentState,
    /// What was to be paid, all legs together.
    pub amount: Vnd,
    /// What moved of a reserve.
    pub captured: Option<Vnd>,
    /// What it cost beside.
    pub fee: Vnd,
    /// What came back.
    pub refunded: Vnd,
    /// What for.
    pub purpose: PaymentPurpose,
    /// Who got it, as the city names them.
    pub payee: String,
    /// The payer's words.
    pub note: Option<String>,
    /// The bill it paid.
    pub bill: Option<BillId>,
    /// When.
    pub at: DateTime<Utc>,
    /// When a reserve ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// What was asked back of it, oldest first.
    #[serde(default)]
    pub refunds: Vec<RefundView>,
    /// Grows when a reserve ends, and with each step of a refund.
    pub version: i64,
}

impl std::fmt::Debug for PaymentView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PaymentView({})", self.id)
    }
}

/// `POST /internal/v1/payment` and `POST /internal/v1/payment-receipt`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct PaymentById {
    /// The payment.
    pub id: PostingId,
}
