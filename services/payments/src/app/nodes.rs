//! Many wallets, payments, bills, billers and payments through providers by their ids, each as the resident may see it.

use std::collections::HashMap;

use city_auth::Resident;
use city_contracts::payments::{NodeView, NodesBatch};
use city_contracts::problem::Finding;
use city_ids::{BillId, BillerId, PostingId, ProviderOrderId, RefundId, WalletId};
use uuid::Uuid;

use super::{App, my_wallet, provider, view};
use crate::error::Error;
use crate::store;
use crate::store::wallet::Of;

/// The most ids of a batch.
const MOST: usize = 100;

/// What the ids name, in their order; none for what the resident may not see.
///
/// # Errors
/// `Input` for too many ids.
pub async fn nodes(
    app: &App,
    who: &Resident,
    asked: &NodesBatch,
) -> Result<Vec<Option<NodeView>>, Error> {
    if asked.ids.len() > MOST {
        let message = "ask for at most 100 ids";
        return Err(Error::Input(vec![Finding::new("/ids", "TOO_LONG", message)]));
    }
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let bill_ids: Vec<Uuid> =
        asked.ids.iter().filter_map(|id| BillId::parse(id).ok().map(BillId::as_uuid)).collect();
    let payment_ids: Vec<Uuid> = asked
        .ids
        .iter()
        .filter_map(|id| PostingId::parse(id).ok().map(PostingId::as_uuid))
        .collect();
    let mut found: HashMap<String, NodeView> = HashMap::new();
    for bill in store::bill::list(&mut db, &bill_ids).await? {
        if bill.payer.is_none_or(|payer| payer == who.account) {
            let bill = view::bill(app, bill, now);
            found.insert(bill.id.to_string(), NodeView::Bill(Box::new(bill)));
        }
    }
    let order_ids: Vec<Uuid> = asked
        .ids
        .iter()
        .filter_map(|id| ProviderOrderId::parse(id).ok().map(ProviderOrderId::as_uuid))
        .collect();
    for order in store::provider::list(&mut db, &order_ids).await? {
        if order.owner == who.account {
            let order = provider::view(&order, now);
            found.insert(order.id.to_string(), NodeView::ProviderPayment(Box::new(order)));
        }
    }
    let billers = asked.ids.iter().filter_map(|id| BillerId::parse(id).ok());
    let billers: Vec<Uuid> = billers.map(BillerId::as_uuid).collect();
    if !billers.is_empty() {
        for biller in store::biller::list(&mut db, Some(&billers), None, 100).await? {
            let biller = view::biller(biller);
            found.insert(biller.id.to_string(), NodeView::Biller(Box::new(biller)));
        }
    }
    // A refund is seen by whoever sees its payment.
    let refund_ids: Vec<Uuid> =
        asked.ids.iter().filter_map(|id| RefundId::parse(id).ok().map(RefundId::as_uuid)).collect();
    let refunds = store::refund::list(&mut db, &refund_ids, &payment_ids).await?;
    let refunded = refunds.iter().map(|known| known.refund.payment.as_uuid());
    let seen: Vec<Uuid> = payment_ids.iter().copied().chain(refunded).collect();
    let legs = store::payment::list_legs(&mut db, &seen).await?;
    for legs in legs.chunk_by(|one, next| one.posting == next.posting) {
        let of = legs.first().map(|leg| leg.posting);
        let theirs = refunds.iter().filter(|known| Some(known.refund.payment.as_uuid()) == of);
        let theirs: Vec<_> = theirs.map(view::refund).collect();
        if let Some(payment) = view::payment(legs, theirs, who.account) {
            for refund in &payment.refunds {
                let node = NodeView::Refund(Box::new(refund.clone()));
                found.insert(refund.id.to_string(), node);
            }
            found.insert(payment.id.to_string(), NodeView::Payment(Box::new(payment)));
        }
    }
    if asked.ids.iter().any(|id| WalletId::parse(id).is_ok()) {
        // Nobody sees another's wallet.
        match my_wallet::view(app, &mut db, Of::Owner(who.account)).await {
            Ok(wallet) => {
                found.insert(wallet.id.to_string(), NodeView::Wallet(Box::new(wallet)));
            }
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(asked.ids.iter().map(|id| found.get(id).cloned()).collect())
}
