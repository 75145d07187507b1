//! What comes in with wallets and payments.

use async_graphql::{ID, InputObject, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::payments as wire;
use city_ids::{BillId, MerchantOrderId};

use super::payment::Payment;
use super::scalars::Vnd;
use super::user_error::{Checks, UserError};
use super::wallet::Wallet;

/// Opens the caller's wallet.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "OpenWalletInput")]
pub struct OpenWalletInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The person read and accepted the terms of the wallet.
    #[graphql(name = "termsAccepted")]
    terms_accepted: bool,
}

impl OpenWalletInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::OpenWallet, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let terms_accepted = self.terms_accepted;
        let wire = checks
            .key(&self.idempotency_key)
            .map(|idempotency_key| wire::OpenWallet { idempotency_key, terms_accepted });
        checks.done(wire)
    }
}

/// Closes the caller's wallet.
#[derive(Clone, InputObject)]
#[graphql(name = "CloseWalletInput")]
pub struct CloseWalletInput {
    /// A UUID of version 7 made within the last 24 hours; the digest to confirm is made with it.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The token of `createStepUp` for the operation `closeWallet`; a repetition needs none.
    #[graphql(name = "stepUpToken")]
    step_up_token: Option<String>,
}

impl CloseWalletInput {
    pub fn wire(self) -> wire::CloseWallet {
        wire::CloseWallet {
            idempotency_key: self.idempotency_key.0,
            step_up_token: self.step_up_token,
        }
    }
}

/// What would be paid: exactly one of `payeeId`, `orderId` and `billId`.
#[derive(Clone, InputObject)]
#[graphql(name = "PaymentQuoteInput")]
pub struct PaymentQuoteInput {
    /// The key the payment will have: a UUID of version 7, made anew for each payment the person intends.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// To a person or a merchant: the id of `payeeByPhone` or `qrPayee`.
    #[graphql(name = "payeeId")]
    payee_id: Option<ID>,
    /// Of an order of a merchant.
    #[graphql(name = "orderId")]
    order_id: Option<ID>,
    /// Of a bill.
    #[graphql(name = "billId")]
    bill_id: Option<ID>,
    /// How much; null for what is due of a bill or order.
    #[graphql(name = "amount")]
    amount: Option<Vnd>,
    /// The payer's words, at most 140 characters.
    #[graphql(name = "note")]
    note: Option<String>,
}

impl PaymentQuoteInput {
    /// None when an id names nothing that could exist.
    pub fn wire(self) -> Option<wire::QuoteRequest> {
        Some(wire::QuoteRequest {
            idempotency_key: self.idempotency_key.0,
            payee_id: self.payee_id.map(|id| id.parse::<wire::PayeeId>()).transpose().ok()?,
            order_id: self.order_id.map(|id| MerchantOrderId::parse(&id)).transpose().ok()?,
            bill_id: self.bill_id.map(|id| BillId::parse(&id)).transpose().ok()?,
            amount: self.amount.map(|amount| amount.0),
            note: self.note,
        })
    }
}

/// Sends money to another resident.
#[derive(Clone, InputObject)]
#[graphql(name = "SendMoneyInput")]
pub struct SendMoneyInput {
    /// A UUID of version 7 made within the last 24 hours: the payment has its id from it. The same key again gets the first
    /// answer, also a refusal of the ledger.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The id of `payeeByPhone`.
    #[graphql(name = "payeeId")]
    payee_id: ID,
    /// How much.
    #[graphql(name = "amount")]
    amount: Vnd,
    /// The payer's words, at most 140 characters.
    #[graphql(name = "note")]
    note: Option<String>,
    /// The token of `createStepUp`; a repetition of a finished payment needs none.
    #[graphql(name = "stepUpToken")]
    step_up_token: Option<String>,
}

impl SendMoneyInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::SendMoney, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let wire = checks.id("/payeeId", &self.payee_id).map(|payee_id| wire::SendMoney {
            idempotency_key: self.idempotency_key.0,
            payee_id,
            amount: self.amount.0,
            note: self.note,
            step_up_token: self.step_up_token,
        });
        checks.done(wire)
    }
}

/// Pays a bill.
#[derive(Clone, InputObject)]
#[graphql(name = "PayBillInput")]
pub struct PayBillInput {
    /// A UUID of version 7 made within the last 24 hours: the payment has its id from it. The same key again gets the first
    /// answer, also a refusal of the ledger.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The bill.
    #[graphql(name = "billId")]
    bill_id: ID,
    /// What the person saw as due.
    #[graphql(name = "amount")]
    amount: Vnd,
    /// The token of `createStepUp`; a repetition of a finished payment needs none.
    #[graphql(name = "stepUpToken")]
    step_up_token: Option<String>,
}

impl PayBillInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::PayBill, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let wire = checks.id("/billId", &self.bill_id).map(|bill_id| wire::PayBill {
            idempotency_key: self.idempotency_key.0,
            bill_id,
            amount: self.amount.0,
            step_up_token: self.step_up_token,
        });
        checks.done(wire)
    }
}

/// The answer to a mutation of a wallet.
#[derive(Debug, SimpleObject)]
#[graphql(name = "WalletPayload")]
pub struct WalletPayload {
    /// The wallet as it is now; null when the city refused.
    #[graphql(name = "wallet")]
    pub wallet: Option<Wallet>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to paying.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PaymentPayload")]
pub struct PaymentPayload {
    /// The payment; null when the city refused.
    #[graphql(name = "payment")]
    pub payment: Option<Payment>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}
