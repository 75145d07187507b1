//! The receipt of a payment: its first leg, or its refusal, with all that proves it.

use std::collections::HashMap;

use city_ids::PostingId;
use city_receipt::{Leaf, Receipt};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::app::App;
use crate::check::leaf;
use crate::error::{Error, broken, fault};
use crate::store::ledger as store;

const DOING: &str = "issuing a receipt";

/// The receipt of a posting, made again from the rows of its batch: equal at every call. Whoever asks has the right to it.
///
/// # Errors
/// [`Error::NotFound`] when the ledger never answered the posting.
pub async fn issue_receipt(app: &App, id: PostingId) -> Result<Receipt, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let posting = store::find_posting(&mut db, id.as_uuid()).await?.ok_or(Error::NotFound)?;
    let leg = posting.legs.first().map(|leg| leg.batch);
    let batch = leg.or(posting.refusal.map(|refusal| refusal.batch)).ok_or(Error::NotFound)?;
    // What was written never changes, so that the reads need no common snapshot.
    receipt_of(&mut db, id.as_uuid(), batch).await
}

async fn receipt_of(db: &mut PgConnection, id: Uuid, n: i64) -> Result<Receipt, Error> {
    let batch = store::batch(db, n).await.map_err(fault(DOING))?;
    let batch = batch.ok_or_else(|| broken(DOING, format!("batch {n} is missing")))?;
    let legs = store::legs(db, n, n).await.map_err(fault(DOING))?;
    let refusals = store::refusals(db, n, n).await.map_err(fault(DOING))?;
    let commands = store::commands(db, n, n).await.map_err(fault(DOING))?;
    let accounts: Vec<_> = legs.iter().flat_map(|leg| [leg.dr, leg.cr]).collect();
    let exts = store::exts(db, &accounts).await.map_err(fault(DOING))?;
    let exts: HashMap<_, _> = exts.into_iter().collect();
    let doc = store::document(db, id).await.map_err(fault(DOING))?;

    let leaves = legs.iter().map(|row| leaf::of_leg(row, &exts));
    let leaves = leaves.chain(refusals.iter().map(leaf::of_refusal));
    let leaves = leaves.chain(commands.iter().map(leaf::of_command));
    let unsound = || broken(DOING, format!("batch {n} holds what cannot be signed"));
    let leaves = leaves.collect::<Option<Vec<_>>>().ok_or_else(unsound)?;
    let index = leaves.iter().position(|leaf| match leaf {
        Leaf::Leg(leg) => leg.posting == id && leg.number == 0,
        Leaf::Rejection(refusal) => refusal.posting == id,
        Leaf::Command(_) => false,
    });
    let head = leaf::head_of(&batch);
    let (index, head) = index.zip(head).ok_or_else(unsound)?;
    let leaves: Vec<_> = leaves.iter().map(Leaf::to_bytes).collect();
    Receipt::issue(&leaves, index, head, batch.sig, batch.kid, doc).ok_or_else(unsound)
}
