//! A merchant gives back what it sold; nobody else decides.

use city_ids::{MerchantId, RefundId};

use super::App;
use super::move_refund::move_refund;
use super::request_refund::{AskRefund, refundable};
use crate::domain::input;
use crate::domain::ledger::AccountNo;
use crate::domain::refund::{Refund, Requester};
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::refund::Known;

/// Who gives back, and under which id.
#[derive(Debug, Clone, Copy)]
pub struct OwnSale {
    /// The merchant.
    pub merchant: MerchantId,
    /// Its account, from which the money goes.
    pub account: AccountNo,
    /// The id that the merchant made: a UUIDv7, the key of the refund for ever.
    pub id: RefundId,
}

/// Gives money of a merchant's own sale back, at once. Idempotent by the id, for ever: two refunds that look alike are two,
/// a repeated one is one.
///
/// # Errors
/// `NotFound` of the payment, also of another's sale; `State` when no money of it can go back; `Input`; `KeyReused` for an
/// id that stands for another refund; those of a ledger that is away, after which the refund is still done.
#[tracing::instrument(name = "payments.refund_own_sale", skip_all, fields(payment.id = %asked.payment))]
pub async fn refund_own_sale(app: &App, sale: OwnSale, asked: &AskRefund) -> Result<Known, Error> {
    let now = app.clock.now();
    let mut findings = Vec::new();
    let reason = input::reason(&asked.reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let legs = store::refund::moved(&mut tx, asked.payment).await?;
    let theirs = legs.iter().any(|leg| leg.target().is_some() && leg.to.0 == sale.account);
    let foreign = legs.iter().any(|leg| leg.target().is_some() && leg.to.0 != sale.account);
    if !theirs || foreign {
        return Err(Error::NotFound);
    }
    let (moved, parts, target) = refundable(&mut tx, asked).await?;
    let refund = Refund {
        id: sale.id,
        payment: asked.payment,
        moved,
        parts,
        target,
        requester: Requester::Merchant(sale.merchant),
        requested_at: now,
        reason,
        approval: None,
        sent: None,
    };
    if !store::refund::insert(&mut tx, &refund).await? {
        let first = store::refund::find(&mut tx, sale.id).await?;
        let first = first.ok_or_else(|| broken("reading a refund", "it is gone"))?.refund;
        let again = Refund { requested_at: first.requested_at, sent: first.sent, ..refund };
        if first != again {
            return Err(Error::KeyReused);
        }
    }
    tx.commit().await.map_err(fault("committing"))?;
    move_refund(app, sale.id).await?;
    let known = store::refund::find(&mut *app.connection().await?, sale.id).await?;
    known.ok_or_else(|| broken("reading a refund", "it was written just now"))
}
