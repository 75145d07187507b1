//! Paying merchants, and what a scanned code asks for.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::payments as wire;

use super::asking::asking;
use super::bill::Bill;
use super::mutation::settle;
use super::payment::Payee;
use super::payment_batch::{self as batch, Links};
use super::payment_input::PaymentPayload;
use super::payment_mutation::payload;
use super::query::Root;
use super::scalars::{DateTime, Vnd};
use super::user_error::{Checks, UserError};

/// What a code asks to be paid.
#[derive(Debug, SimpleObject)]
#[graphql(name = "QrPayee")]
pub struct QrPayee {
    /// A merchant or a biller.
    #[graphql(name = "payee")]
    payee: Payee,
    /// How much; null when the payer types it.
    #[graphql(name = "amount")]
    amount: Option<Vnd>,
    /// The order to be paid with `payMerchant`.
    #[graphql(name = "orderId")]
    order_id: Option<ID>,
    /// The bill to be paid with `payBill`.
    #[graphql(name = "bill")]
    bill: Option<Bill>,
    /// Until when the order can be paid.
    #[graphql(name = "expiresAt")]
    expires_at: Option<DateTime>,
}

/// The answer to reading a code.
#[derive(Debug, SimpleObject)]
#[graphql(name = "QrPayeePayload")]
pub struct QrPayeePayload {
    /// What the code asks for; null when nothing of the city's can be paid with it.
    #[graphql(name = "qrPayee")]
    qr_payee: Option<QrPayee>,
    /// Why not, such as `QR_INVALID`, `QR_NOT_SUPPORTED` or `QR_PAYEE_UNKNOWN`; empty on success.
    #[graphql(name = "userErrors")]
    user_errors: Vec<UserError>,
}

/// Pays a merchant: exactly one of `payeeId` and `orderId`.
#[derive(Clone, InputObject)]
#[graphql(name = "PayMerchantInput")]
pub struct PayMerchantInput {
    /// A UUID of version 7 made within the last 24 hours: the payment has its id from it. The same key again gets the first
    /// answer, also a refusal of the ledger.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The merchant, the person saying how much.
    #[graphql(name = "payeeId")]
    payee_id: Option<ID>,
    /// An order of theirs.
    #[graphql(name = "orderId")]
    order_id: Option<ID>,
    /// What the merchant is to get; of an order what the person saw.
    #[graphql(name = "amount")]
    amount: Vnd,
    /// The payer's words, at most 140 characters.
    #[graphql(name = "note")]
    note: Option<String>,
    /// The token of `createStepUp`; a repetition of a finished payment needs none.
    #[graphql(name = "stepUpToken")]
    step_up_token: Option<String>,
}

impl PayMerchantInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::PayMerchant, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let payee_id = self.payee_id.and_then(|id| checks.id("/payeeId", &id));
        let order_id = self.order_id.and_then(|id| checks.id("/orderId", &id));
        let wire = wire::PayMerchant {
            idempotency_key: self.idempotency_key.0,
            payee_id,
            order_id,
            amount: self.amount.0,
            note: self.note,
            step_up_token: self.step_up_token,
        };
        checks.done(Some(wire))
    }
}

/// Its part of [`Query`](super::query::Query).
#[derive(Debug, Clone, Copy, Default)]
pub struct MerchantQuery;

#[Object]
impl MerchantQuery {
    /// What a scanned code asks to be paid.
    #[graphql(name = "qrPayee")]
    async fn qr_payee(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "payload", desc = "The text of the code.")] text: String,
    ) -> Root<QrPayeePayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let read = async |wire| asking.clients.payments.qr_payee(&call, &wire).await;
            let (found, user_errors) =
                settle(asking, Ok(wire::QrPayeeRequest { payload: text }), read).await?;
            let Some(found) = found else {
                return Ok(Some(QrPayeePayload { qr_payee: None, user_errors }));
            };
            let links = Links::of_bill(ctx, &["qrPayee", "bill"]);
            let bills = batch::bills(asking, links, found.bill.into_iter().collect()).await?;
            let qr_payee = Some(QrPayee {
                payee: found.payee.into(),
                amount: found.amount.map(Vnd),
                order_id: found.order_id.map(ID::from),
                bill: bills.into_iter().next(),
                expires_at: found.expires_at.map(DateTime),
            });
            Ok(Some(QrPayeePayload { qr_payee, user_errors }))
        }
        .await
        .transpose()
    }
}

/// Its part of [`Mutation`](super::mutation::Mutation).
#[derive(Debug, Clone, Copy, Default)]
pub struct MerchantMutation;

#[Object]
impl MerchantMutation {
    /// Pays a merchant or an order of theirs. Must be the only field of its operation.
    #[graphql(name = "payMerchant")]
    async fn pay_merchant(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "To whom and how much, confirmed.")]
        input: PayMerchantInput,
    ) -> Root<PaymentPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let pay = async |wire| asking.clients.payments.pay_merchant(&call, &wire).await;
            payload(ctx, settle(asking, input.check(asking.locale), pay).await?).await
        }
        .await
        .transpose()
    }
}
