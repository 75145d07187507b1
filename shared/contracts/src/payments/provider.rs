//! Money in through providers: top-ups, and bills paid without a wallet.

use city_ids::{AccountId, BillId, PostingId, ProviderOrderId, WalletId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};

/// Who takes the money for the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Provider {
    /// VNPAY: cards and bank accounts.
    Vnpay,
    /// The MoMo wallet.
    Momo,
    /// The ZaloPay wallet.
    Zalopay,
}

/// Where a payment through a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProviderPaymentState {
    /// The provider has not said what became of it.
    Awaiting,
    /// The money arrived and waits aside until officers decide: the provider doubts the payer, or a refund failed.
    Review,
    /// The money arrived and was credited; no refund of it is under way, and not all of it is back.
    Paid,
    /// The provider refused it for good.
    Failed,
    /// The provider says that nobody paid in time.
    Expired,
    /// It is on its way back, or a part of it is.
    Refunding,
    /// All of it is back with the payer.
    Refunded,
}

/// A payment through a provider, to whoever started it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderPaymentView {
    /// The payment through the provider.
    pub id: ProviderOrderId,
    /// Who takes the money.
    pub provider: Provider,
    /// Where it is.
    pub state: ProviderPaymentState,
    /// How much.
    pub amount: Vnd,
    /// Where the payer goes to pay, while they can.
    pub pay_url: Option<String>,
    /// The bill it is for; none for a top-up.
    pub bill: Option<BillId>,
    /// What credited the money.
    pub payment: Option<PostingId>,
    /// Grows when it can be paid, when its money arrives or is said not to, and with each step of a refund of it.
    pub version: i64,
}

/// `POST /internal/v1/start-provider-payment`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartProviderPayment {
    /// A UUIDv7 made within the last 24 hours: the id of the payment for ever.
    pub idempotency_key: String,
    /// Who takes the money.
    pub provider: Provider,
    /// How much; of a bill what the person saw as due.
    pub amount: Vnd,
    /// The bill; none to top up the caller's wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill_id: Option<BillId>,
}

/// `POST /internal/v1/provider-payment`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ProviderPaymentById {
    /// The payment through the provider.
    pub id: ProviderOrderId,
}

/// Body of `ProviderPaymentChanged`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderPaymentChanged {
    /// The payment through the provider.
    pub provider_payment: ProviderOrderId,
    /// Who started it.
    pub account: AccountId,
    /// Who takes the money.
    pub provider: Provider,
    /// Where it now is.
    pub state: ProviderPaymentState,
    /// How much.
    pub amount: Vnd,
    /// The bill it is for; none for a top-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<BillId>,
    /// What credited the money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PostingId>,
}

/// Body of `TopUpSucceeded`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TopUpSucceeded {
    /// The payment through the provider.
    pub provider_payment: ProviderOrderId,
    /// Whose wallet it is.
    pub account: AccountId,
    /// The wallet.
    pub wallet: WalletId,
    /// Who took the money.
    pub provider: Provider,
    /// How much arrived.
    pub amount: Vnd,
    /// What credited it.
    pub payment: PostingId,
}

/// Body of `TopUpFailed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TopUpFailed {
    /// The payment through the provider.
    pub provider_payment: ProviderOrderId,
    /// Who started it.
    pub account: AccountId,
    /// Who would have taken the money.
    pub provider: Provider,
    /// How much it was about.
    pub amount: Vnd,
    /// `FAILED` or `EXPIRED`.
    pub state: ProviderPaymentState,
}
