//! Whoever started a payment through a provider looks at it.

use city_auth::Resident;
use city_clock::Timestamp;
use city_contracts::payments::{ProviderPaymentChanged, ProviderPaymentState, ProviderPaymentView};
use city_ids::{PostingId, ProviderOrderId};
use city_money::Vnd;

use super::super::App;
use crate::error::Error;
use crate::store;
use crate::store::provider::Order;

/// A payment through a provider that the resident started.
///
/// # Errors
/// `NotFound`.
pub async fn read_provider_payment(
    app: &App,
    who: &Resident,
    id: ProviderOrderId,
) -> Result<ProviderPaymentView, Error> {
    let order = store::provider::find(&mut *app.connection().await?, id).await?;
    let order = order.filter(|order| order.owner == who.account).ok_or(Error::NotFound)?;
    Ok(view(&order, app.clock.now()))
}

/// What its starter is shown.
pub fn view(order: &Order, now: Timestamp) -> ProviderPaymentView {
    let state = order.facts.state();
    let can_pay = state == ProviderPaymentState::Awaiting && now < order.expires_at;
    ProviderPaymentView {
        id: order.id,
        provider: order.provider,
        state,
        amount: Vnd::new(order.amount),
        pay_url: order.pay_url.clone().filter(|_| can_pay),
        bill: order.bill.map(|(bill, _)| bill),
        payment: payment(order),
        version: 1 + i64::from(order.pay_url.is_some()) + order.facts.version(),
    }
}

/// What is told when its state changes.
pub fn changed(order: &Order, state: ProviderPaymentState) -> ProviderPaymentChanged {
    ProviderPaymentChanged {
        provider_payment: order.id,
        account: order.owner,
        provider: order.provider,
        state,
        amount: Vnd::new(order.amount),
        bill: order.bill.map(|(bill, _)| bill),
        payment: payment(order),
    }
}

fn payment(order: &Order) -> Option<PostingId> {
    order.ended_by.filter(|_| order.facts.is_credited()).map(PostingId::restore)
}
