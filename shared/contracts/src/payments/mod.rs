//! Payments: what its routes take and give, and what it tells the world.

mod bill;
mod event;
mod node;
mod payment;
mod wallet;

pub use bill::{BillById, BillHeadView, BillState, BillView, BillerView, PayBill};
pub use event::{BillEvent, BillTold, PaymentEvent, WalletEvent};
pub use node::{NodeView, NodesBatch};
pub use payment::{
    PayeeByPhone, PayeeView, PaymentById, PaymentPurpose, PaymentQuote, PaymentState, PaymentView,
    QuoteRequest, SendMoney, StepUpStrength,
};
pub use wallet::{
    LimitStatus, LimitWindow, OpenWallet, ReadStatement, StatementLine, WalletState, WalletView,
};
