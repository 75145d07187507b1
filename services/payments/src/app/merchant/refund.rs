//! A merchant gives back what it sold.

use city_contracts::payments::RefundView;
use city_contracts::problem::Finding;
use city_ids::{MerchantId, PostingId, RefundId};
use city_money::Vnd;

use super::sales::own;
use crate::app::refund_own_sale::{OwnSale, refund_own_sale};
use crate::app::request_refund::AskRefund;
use crate::app::{App, view};
use crate::domain::input;
use crate::domain::ledger::check_new_id;
use crate::error::Error;
use crate::store;

/// What a merchant gives back.
#[derive(Debug, Clone, Copy)]
pub struct GiveBack<'a> {
    /// Of which payment.
    pub payment: PostingId,
    /// The merchant's id of the refund: a UUIDv7.
    pub key: &'a str,
    /// How much; none for all that the merchant got. A fee goes not back.
    pub amount: Option<Vnd>,
    /// Why, 10 to 500 characters.
    pub reason: &'a str,
}

/// Gives money of a merchant's own sale back to its payer, at once. Idempotent by the merchant's id, for ever.
///
/// # Errors
/// `NotFound`, also of another's sale; `Input`, `IdTime`, `State` when no money of it moved, `KeyReused`.
pub async fn refund_sale(
    app: &App,
    merchant: MerchantId,
    wanted: GiveBack<'_>,
) -> Result<RefundView, Error> {
    let Some(key) = input::payment_id(wanted.key) else {
        let message = "an id is a UUID of version 7";
        return Err(Error::Input(vec![Finding::new("/id", "SHAPE", message)]));
    };
    let (sale, account) = own(app, merchant, wanted.payment).await?;
    let id = RefundId::restore(key.as_uuid());
    if store::refund::find(&mut *app.connection().await?, id).await?.is_none() {
        let now = app.clock.now();
        check_new_id(id.as_uuid(), now).map_err(|_| Error::IdTime { now })?;
    }
    // The first leg moved it, also that of a capture.
    let got = sale.received();
    let amount = wanted.amount.unwrap_or(Vnd::new(got));
    if got == 0 {
        return Err(Error::State);
    }
    if !(1..=got).contains(&amount.dong()) {
        let message = "at least 1 dong, at most what the merchant got";
        return Err(Error::Input(vec![Finding::new("/amount", "OUT_OF_RANGE", message)]));
    }
    let reason = wanted.reason.to_owned();
    let asked = AskRefund { payment: wanted.payment, parts: vec![(0, amount)], reason };
    let known = refund_own_sale(app, OwnSale { merchant, account, id }, &asked).await?;
    Ok(view::refund(&known))
}
