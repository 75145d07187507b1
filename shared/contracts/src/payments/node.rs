//! Wallets, payments, bills, billers and payments through providers by their ids.

use serde::{Deserialize, Serialize};

use super::{BillView, BillerView, PaymentView, ProviderPaymentView, RefundView, WalletView};

/// `POST /internal/v1/nodes:batch`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NodesBatch {
    /// Global ids, at most 100.
    pub ids: Vec<String>,
}

/// What an id names, as the caller may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "node", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NodeView {
    /// A wallet.
    Wallet(Box<WalletView>),
    /// A payment.
    Payment(Box<PaymentView>),
    /// A bill.
    Bill(Box<BillView>),
    /// A payment through a provider.
    ProviderPayment(Box<ProviderPaymentView>),
    /// A biller.
    Biller(Box<BillerView>),
    /// A refund.
    Refund(Box<RefundView>),
}
