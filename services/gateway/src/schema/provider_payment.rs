//! Money in through providers: top-ups, and bills paid without a wallet.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::payments as wire;
use city_ids::ProviderOrderId;

use super::asking::{Asking, asking};
use super::mutation::settle;
use super::payment::Payment;
use super::payment_batch::{self as batch, Links};
use super::query::Root;
use super::refusal::{Refusal, answered};
use super::scalars::Vnd;
use super::user_error::{Checks, UserError};

/// Who takes the money for the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Provider", remote = "city_contracts::payments::Provider")]
pub enum Provider {
    /// VNPAY: cards and bank accounts.
    #[graphql(name = "VNPAY")]
    Vnpay,
    /// The MoMo wallet.
    #[graphql(name = "MOMO")]
    Momo,
    /// The ZaloPay wallet.
    #[graphql(name = "ZALOPAY")]
    Zalopay,
}

/// Where a payment through a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ProviderPaymentState", remote = "city_contracts::payments::ProviderPaymentState")]
pub enum ProviderPaymentState {
    /// The provider has not said what became of it.
    #[graphql(name = "AWAITING")]
    Awaiting,
    /// The money arrived and waits aside until officers decide: the provider doubts the payer, or a refund failed.
    #[graphql(name = "REVIEW")]
    Review,
    /// The money arrived and was credited; no refund of it is under way, and not all of it is back.
    #[graphql(name = "PAID")]
    Paid,
    /// The provider refused it for good.
    #[graphql(name = "FAILED")]
    Failed,
    /// The provider says that nobody paid in time.
    #[graphql(name = "EXPIRED")]
    Expired,
    /// It is on its way back, or a part of it is.
    #[graphql(name = "REFUNDING")]
    Refunding,
    /// All of it is back with the payer.
    #[graphql(name = "REFUNDED")]
    Refunded,
}

/// A payment through a provider, for whoever started it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "ProviderPayment")]
pub struct ProviderPayment {
    /// Global id; made of the idempotency key of the mutation that started it.
    #[graphql(name = "id")]
    pub id: ID,
    /// Grows when it can be paid, when its money arrives or is said not to, and with each step of a refund of it.
    #[graphql(name = "version")]
    version: i32,
    /// Who takes the money.
    #[graphql(name = "provider")]
    provider: Provider,
    /// Where it is.
    #[graphql(name = "state")]
    state: ProviderPaymentState,
    /// How much.
    #[graphql(name = "amount")]
    amount: Vnd,
    /// Where the payer goes to pay, while they can. Coming back from there proves nothing: follow the state.
    #[graphql(name = "payUrl")]
    pay_url: Option<String>,
    /// What credited the money; null until it arrived.
    #[graphql(name = "payment")]
    payment: Option<Payment>,
}

impl ProviderPayment {
    /// Rises with each change.
    pub fn shown_version(&self) -> i32 {
        self.version
    }

    /// # Errors
    /// When the answer breaks its contract.
    fn read(
        of: wire::ProviderPaymentView,
        payment: Option<Payment>,
        locale: Locale,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            id: of.id.into(),
            version: i32::try_from(of.version).map_err(|_| Refusal::broken_contract(locale))?,
            provider: of.provider.into(),
            state: of.state.into(),
            amount: Vnd(of.amount),
            pay_url: of.pay_url,
            payment,
        })
    }
}

/// Starts a payment through a provider.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "StartProviderPaymentInput")]
pub struct StartProviderPaymentInput {
    /// A UUID of version 7 made within the last 24 hours: the payment has its id from it. The same key again gets the first
    /// answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// Who takes the money.
    #[graphql(name = "provider")]
    provider: Provider,
    /// How much; of a bill what the person saw as due.
    #[graphql(name = "amount")]
    amount: Vnd,
    /// The bill; null to top up the caller's wallet.
    #[graphql(name = "billId")]
    bill_id: Option<ID>,
}

impl StartProviderPaymentInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::StartProviderPayment, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let bill_id = self.bill_id.and_then(|id| checks.id("/billId", &id));
        let wire = wire::StartProviderPayment {
            idempotency_key: self.idempotency_key.0,
            provider: self.provider.into(),
            amount: self.amount.0,
            bill_id,
        };
        checks.done(Some(wire))
    }
}

/// The answer to starting a payment through a provider.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ProviderPaymentPayload")]
pub struct ProviderPaymentPayload {
    /// The payment to be made; null when the city refused.
    #[graphql(name = "providerPayment")]
    provider_payment: Option<ProviderPayment>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    user_errors: Vec<UserError>,
}

/// Its part of [`Query`](super::query::Query).
#[derive(Debug, Clone, Copy, Default)]
pub struct ProviderQuery;

#[Object]
impl ProviderQuery {
    /// A payment through a provider that the caller started; null when there is none of this id.
    #[graphql(name = "providerPayment")]
    async fn provider_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "id", desc = "The global id of a payment through a provider.")] id: ID,
    ) -> Root<ProviderPayment> {
        find_provider_payment(ctx, &id).await.transpose()
    }
}

/// Its part of [`Mutation`](super::mutation::Mutation).
#[derive(Debug, Clone, Copy, Default)]
pub struct ProviderMutation;

#[Object]
impl ProviderMutation {
    /// Starts a top-up of the caller's wallet, or the payment of a bill without one: send the payer to `payUrl`. Must be the
    /// only field of its operation.
    #[graphql(name = "startProviderPayment")]
    async fn start_provider_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "Through whom and how much.")]
        input: StartProviderPaymentInput,
    ) -> Root<ProviderPaymentPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let start =
                async |wire| asking.clients.payments.start_provider_payment(&call, &wire).await;
            let (view, user_errors) = settle(asking, input.check(asking.locale), start).await?;
            let found =
                whole(ctx, asking, &["providerPayment"], view.into_iter().collect()).await?;
            let provider_payment = found.into_iter().next();
            Ok(Some(ProviderPaymentPayload { provider_payment, user_errors }))
        }
        .await
        .transpose()
    }
}

/// A payment through a provider by its global id. What is no id of one names none.
///
/// # Errors
/// Those of the calls.
pub async fn find_provider_payment(
    ctx: &Context<'_>,
    id: &ID,
) -> Result<Option<ProviderPayment>, Refusal> {
    let asking = asking(ctx);
    let Ok(id) = ProviderOrderId::parse(id) else { return Ok(None) };
    let found = asking.clients.payments.provider_payment(&asking.call(), id).await;
    let views = answered(found, asking.locale)?.into_iter().collect();
    Ok(whole(ctx, asking, &[], views).await?.pop())
}

/// Payments through providers that stand at the end of a path, with what credited them, as far as it is selected.
///
/// # Errors
/// Those of the calls.
pub async fn whole(
    ctx: &Context<'_>,
    asking: &Asking,
    path: &[&str],
    views: Vec<wire::ProviderPaymentView>,
) -> Result<Vec<ProviderPayment>, Refusal> {
    let below: Vec<_> = path.iter().copied().chain(["payment"]).collect();
    let is_selected = below.iter().fold(ctx.look_ahead(), |field, name| field.field(name)).exists();
    let ids = views.iter().filter(|_| is_selected).filter_map(|view| view.payment);
    let links = Links::of_payment(ctx, &below);
    let payments = batch::payments_by_id(asking, links, ids).await?;
    let read = |view: wire::ProviderPaymentView| {
        let payment = view.payment.and_then(|id| payments.get(&id).cloned());
        ProviderPayment::read(view, payment, asking.locale)
    };
    views.into_iter().map(read).collect()
}
