//! What can be done with money. Whatever takes it out of a wallet carries the token of `createStepUp`.

use async_graphql::{Context, Object};
use city_contracts::payments::PaymentView;

use super::asking::asking;
use super::mutation::{Settled, settle};
use super::payment_input::{
    CloseWalletInput, OpenWalletInput, PayBillInput, PaymentPayload, SendMoneyInput, WalletPayload,
};
use super::payment_query::{whole_payment, whole_wallet};
use super::query::Root;
use super::refusal::Refusal;

/// Its part of [`Mutation`](super::mutation::Mutation).
#[derive(Debug, Clone, Copy, Default)]
pub struct PaymentMutation;

#[Object]
impl PaymentMutation {
    /// Opens the caller's wallet; whoever has one gets it.
    #[graphql(name = "openWallet")]
    async fn open_wallet(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "That the person accepted the terms.")]
        input: OpenWalletInput,
    ) -> Root<WalletPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let open = async |wire| asking.clients.payments.open_wallet(&call, &wire).await;
            let (view, user_errors) = settle(asking, input.check(asking.locale), open).await?;
            Ok(Some(WalletPayload {
                wallet: whole_wallet(ctx, &["wallet"], view).await?,
                user_errors,
            }))
        }
        .await
        .transpose()
    }

    /// Closes the caller's wallet for ever; only when nothing is in it or on its way. Must be the only field of its operation.
    #[graphql(name = "closeWallet")]
    async fn close_wallet(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The confirmation.")] input: CloseWalletInput,
    ) -> Root<WalletPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let close = async |wire| asking.clients.payments.close_wallet(&call, &wire).await;
            let (view, user_errors) = settle(asking, Ok(input.wire()), close).await?;
            Ok(Some(WalletPayload {
                wallet: whole_wallet(ctx, &["wallet"], view).await?,
                user_errors,
            }))
        }
        .await
        .transpose()
    }

    /// Sends money to another resident. Must be the only field of its operation.
    #[graphql(name = "sendMoney")]
    async fn send_money(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "To whom and how much, confirmed.")] input: SendMoneyInput,
    ) -> Root<PaymentPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let send = async |wire| asking.clients.payments.send_money(&call, &wire).await;
            payload(ctx, settle(asking, input.check(asking.locale), send).await?).await
        }
        .await
        .transpose()
    }

    /// Pays a bill, whole. Must be the only field of its operation.
    #[graphql(name = "payBill")]
    async fn pay_bill(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "Which bill and how much, confirmed.")]
        input: PayBillInput,
    ) -> Root<PaymentPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let pay = async |wire| asking.clients.payments.pay_bill(&call, &wire).await;
            payload(ctx, settle(asking, input.check(asking.locale), pay).await?).await
        }
        .await
        .transpose()
    }
}

/// A payment with what it points at, as far as it is selected; or why the city refused.
///
/// # Errors
/// Those of the calls.
pub async fn payload(
    ctx: &Context<'_>,
    (view, user_errors): Settled<PaymentView>,
) -> Result<Option<PaymentPayload>, Refusal> {
    let payment = whole_payment(ctx, &["payment"], view).await?;
    Ok(Some(PaymentPayload { payment, user_errors }))
}
