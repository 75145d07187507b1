//! Many wallets, payments and bills by their ids, each as the resident may see it.

use std::collections::HashMap;

use city_auth::Resident;
use city_contracts::payments::{NodeView, NodesBatch};
use city_contracts::problem::Finding;
use city_ids::{BillId, PostingId, WalletId};
use uuid::Uuid;

use super::{App, my_wallet, view};
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
            let bill = view::bill(bill, now);
            found.insert(bill.id.to_string(), NodeView::Bill(Box::new(bill)));
        }
    }
    let legs = store::payment::list_legs(&mut db, &payment_ids).await?;
    for legs in legs.chunk_by(|one, next| one.posting == next.posting) {
        if let Some(payment) = view::payment(legs, who.account) {
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
