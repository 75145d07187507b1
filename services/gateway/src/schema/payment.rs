//! Payments, and what one would be before it is confirmed.

use async_graphql::{Enum, ID, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::payments as wire;
use serde_json::Value;

use super::bill::Bill;
use super::refusal::Refusal;
use super::scalars::{DateTime, Vnd};
use super::user_error::UserError;
use super::wallet::PaymentPurpose;

/// Where a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PaymentState", remote = "city_contracts::payments::PaymentState")]
pub enum PaymentState {
    /// The money moved.
    #[graphql(name = "SUCCEEDED")]
    Succeeded,
    /// It is reserved.
    #[graphql(name = "AUTHORISED")]
    Authorised,
    /// What was reserved moved, all or part.
    #[graphql(name = "CAPTURED")]
    Captured,
    /// What was reserved is free again.
    #[graphql(name = "VOIDED")]
    Voided,
    /// The same, by time.
    #[graphql(name = "EXPIRED")]
    Expired,
}

/// What proof of the person a payment needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "StepUpStrength", remote = "city_contracts::payments::StepUpStrength")]
pub enum StepUpStrength {
    /// The PIN.
    #[graphql(name = "PIN")]
    Pin,
    /// The PIN, and a sign-in or code within ten minutes.
    #[graphql(name = "STRONG")]
    Strong,
}

/// A payment, to its payer and its payee.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Payment")]
pub struct Payment {
    /// Global id; made of the idempotency key of the mutation that paid.
    #[graphql(name = "id")]
    pub id: ID,
    /// Grows when a reserve ends, and with each step of a refund.
    #[graphql(name = "version")]
    version: i32,
    /// Where it is.
    #[graphql(name = "state")]
    state: PaymentState,
    /// What was to be paid.
    #[graphql(name = "amount")]
    amount: Vnd,
    /// What moved of a reserve; null for a payment without one.
    #[graphql(name = "captured")]
    captured: Option<Vnd>,
    /// What it cost beside.
    #[graphql(name = "fee")]
    fee: Vnd,
    /// What came back.
    #[graphql(name = "refunded")]
    refunded: Vnd,
    /// What for.
    #[graphql(name = "purpose")]
    purpose: PaymentPurpose,
    /// Who got it, as the city names them.
    #[graphql(name = "payee")]
    payee: String,
    /// The payer's words.
    #[graphql(name = "note")]
    note: Option<String>,
    /// The bill it paid.
    #[graphql(name = "bill")]
    bill: Option<Box<Bill>>,
    /// When.
    #[graphql(name = "at")]
    at: DateTime,
    /// When a reserve ends.
    #[graphql(name = "expiresAt")]
    expires_at: Option<DateTime>,
    /// What was asked back of it, oldest first.
    #[graphql(name = "refunds")]
    refunds: Vec<Refund>,
    /// The proof of it, which anybody can verify offline with the published keys. Null in lists: ask for the payment by its
    /// id.
    #[graphql(name = "receipt")]
    receipt: Option<Value>,
}

impl Payment {
    /// A payment without its receipt.
    ///
    /// # Errors
    /// When the answer breaks its contract.
    pub fn read(
        of: wire::PaymentView,
        bill: Option<Bill>,
        locale: Locale,
    ) -> Result<Self, Refusal> {
        let refunds = of.refunds.iter().map(|refund| Refund::read(refund, locale));
        Ok(Self {
            id: of.id.into(),
            version: i32::try_from(of.version).map_err(|_| Refusal::broken_contract(locale))?,
            state: of.state.into(),
            amount: Vnd(of.amount),
            captured: of.captured.map(Vnd),
            fee: Vnd(of.fee),
            refunded: Vnd(of.refunded),
            purpose: of.purpose.into(),
            payee: of.payee,
            note: of.note,
            bill: bill.map(Box::new),
            at: DateTime(of.at),
            expires_at: of.expires_at.map(DateTime),
            refunds: refunds.collect::<Result<_, _>>()?,
            receipt: None,
        })
    }

    /// The same with its receipt.
    #[must_use]
    pub fn proved_by(self, receipt: Option<Value>) -> Self {
        Self { receipt, ..self }
    }
}

/// Money that goes back.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Refund")]
pub struct Refund {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// Grows with each step; `UNKNOWN` is the same step as `SENT`.
    #[graphql(name = "version")]
    version: i32,
    /// How much goes back.
    #[graphql(name = "amount")]
    amount: Vnd,
    /// Where it is: `REQUESTED`, `APPROVED`, `REFUSED`, `HELD`, `SENT`, `UNKNOWN`, `DONE`, `SUSPENSE` or `FAILED`.
    #[graphql(name = "state")]
    state: String,
    /// When it was asked for.
    #[graphql(name = "at")]
    at: DateTime,
}

impl Refund {
    /// # Errors
    /// When the answer breaks its contract.
    pub fn read(of: &wire::RefundView, locale: Locale) -> Result<Self, Refusal> {
        Ok(Self {
            id: of.id.into(),
            version: i32::try_from(of.version).map_err(|_| Refusal::broken_contract(locale))?,
            amount: Vnd(of.amount),
            state: of.state.as_str().to_owned(),
            at: DateTime(of.at),
        })
    }
}

/// Whom money would go to.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Payee")]
pub struct Payee {
    /// To be named in a quote and a payment.
    #[graphql(name = "id")]
    id: ID,
    /// Their name; of a person all but the first letters hidden, or the end of their wallet's id.
    #[graphql(name = "name")]
    name: String,
    /// Whether it is a person.
    #[graphql(name = "person")]
    person: bool,
}

impl From<wire::PayeeView> for Payee {
    fn from(of: wire::PayeeView) -> Self {
        Self { id: ID(of.id), name: of.name, person: of.person }
    }
}

/// A payment as it would be: show payee and amount to the person, confirm `operation` and `operationDigest` with
/// `createStepUp`, then pay under the same key.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PaymentQuote")]
pub struct PaymentQuote {
    /// Whom it would go to.
    #[graphql(name = "payee")]
    payee: Payee,
    /// What they would get.
    #[graphql(name = "amount")]
    amount: Vnd,
    /// What it costs the payer beside.
    #[graphql(name = "fee")]
    fee: Vnd,
    /// What would leave the wallet.
    #[graphql(name = "total")]
    total: Vnd,
    /// What proof it needs.
    #[graphql(name = "stepUp")]
    step_up: StepUpStrength,
    /// The mutation to confirm.
    #[graphql(name = "operation")]
    operation: String,
    /// What of it to confirm.
    #[graphql(name = "operationDigest")]
    operation_digest: String,
    /// Until when the quote holds.
    #[graphql(name = "validUntil")]
    valid_until: DateTime,
    /// What would refuse it now; empty when nothing would.
    #[graphql(name = "problems")]
    problems: Vec<UserError>,
}

impl From<wire::PaymentQuote> for PaymentQuote {
    fn from(of: wire::PaymentQuote) -> Self {
        Self {
            payee: of.payee.into(),
            amount: Vnd(of.amount),
            fee: Vnd(of.fee),
            total: Vnd(of.total),
            step_up: of.step_up.into(),
            operation: of.operation,
            operation_digest: of.operation_digest,
            valid_until: DateTime(of.valid_until),
            problems: of.problems.into_iter().map(UserError::from).collect(),
        }
    }
}
