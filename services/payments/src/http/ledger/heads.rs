//! What the city publishes of its ledger: signed heads, and the key that signs them.

use axum::extract::State;
use city_http::{Json, Problem, Query};
use city_receipt::{PublishedKeys, SignedHead};
use serde::Deserialize;

use crate::app::App;
use crate::check::leaf;
use crate::error::{broken, fault};
use crate::store::ledger as store;

/// Where a page of heads goes on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadQuery {
    /// The number of the last head that is known; 0 for none.
    #[serde(default)]
    after: i64,
}

/// `GET /public/v1/payments/heads?after=N`: 200 heads at most, in order. For everybody: whoever keeps them can prove later
/// that the books were rewritten.
pub async fn list(
    State(app): State<App>,
    Query(query): Query<HeadQuery>,
) -> Result<Json<Vec<SignedHead>>, Problem> {
    let doing = "reading heads";
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let batches = store::batches(&mut db, query.after).await.map_err(fault(doing))?;
    let heads = batches.into_iter().map(|row| {
        let head = leaf::signed_head(&row);
        head.ok_or_else(|| broken(doing, format!("batch {} has no head", row.n)))
    });
    Ok(Json(heads.collect::<Result<_, crate::error::Error>>()?))
}

/// `GET /.well-known/payment-receipt-keys.json`: for `receipt-verify --keys`; with the keys that signed before.
pub async fn keys(State(app): State<App>) -> Json<PublishedKeys> {
    Json(app.receipt_keys.as_ref().clone())
}
