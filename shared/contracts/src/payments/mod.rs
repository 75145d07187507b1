//! Payments: what its routes take and give, and what it tells the world.

mod bill;
mod biller;
mod event;
mod merchant;
mod node;
mod payment;
pub mod privacy;
mod provider;
mod qr;
mod refund;
mod settlement;
mod wallet;

pub use bill::{BillById, BillHeadView, BillState, BillView, BillerView, PayBill};
pub use biller::{BillWatchView, BillsByCode, ListBillers, SetBillWatch};
pub use event::{
    BillEvent, BillTold, MerchantPaymentEvent, PaymentEvent, PaymentExpired, WalletEvent,
};
pub use merchant::{PayMerchant, PayeeId};
pub use node::{NodeView, NodesBatch};
pub use payment::{
    PayeeByPhone, PayeeView, PaymentById, PaymentPurpose, PaymentQuote, PaymentState, PaymentView,
    QuoteRequest, SendMoney, StepUpStrength,
};
pub use provider::{
    Provider, ProviderPaymentById, ProviderPaymentChanged, ProviderPaymentState,
    ProviderPaymentView, StartProviderPayment, TopUpFailed, TopUpSucceeded,
};
pub use qr::{QrPayeeRequest, QrPayeeView};
pub use refund::{RefundEvent, RefundState, RefundView};
pub use settlement::{
    BackingEvent, BreakEvent, ReconciliationClass, SettlementEvent, SettlementRhythm,
    SettlementState, SettlementView,
};
pub use wallet::{
    CloseWallet, LimitStatus, LimitWindow, OpenWallet, ReadStatement, StatementLine, WalletState,
    WalletView,
};
