//! What was paid.

use axum::extract::State;
use city_contracts::common::Page;
use city_contracts::payments::RefundView;
use city_http::{Json, Path, Problem, Query};
use city_ids::PostingId;

use super::signed::Signed;
use super::wire::{CaptureRequest, RefundRequest, SaleView, VoidRequest};
use crate::app::merchant::GiveBack;
use crate::app::{App, merchant};
use crate::http::page::PageQuery;

/// `GET /merchant/v1/payments?after`
pub async fn list(
    State(app): State<App>,
    Query(query): Query<PageQuery>,
    call: Signed,
) -> Result<Json<Page<SaleView>>, Problem> {
    let page = merchant::list_sales(&app, call.merchant, &query.into()).await?;
    Ok(Json(page.map(Into::into)))
}

/// `GET /merchant/v1/payments/{id}`
pub async fn one(
    State(app): State<App>,
    Path(id): Path<PostingId>,
    call: Signed,
) -> Result<Json<SaleView>, Problem> {
    Ok(Json(merchant::find_sale(&app, call.merchant, id).await?.into()))
}

/// `POST /merchant/v1/payments/{id}/capture`
pub async fn capture(
    State(app): State<App>,
    Path(id): Path<PostingId>,
    call: Signed,
) -> Result<Json<SaleView>, Problem> {
    let CaptureRequest { id: key, amount } = call.json()?;
    Ok(Json(merchant::capture_sale(&app, call.merchant, id, &key, amount).await?.into()))
}

/// `POST /merchant/v1/payments/{id}/void`
pub async fn void(
    State(app): State<App>,
    Path(id): Path<PostingId>,
    call: Signed,
) -> Result<Json<SaleView>, Problem> {
    let VoidRequest { id: key } = call.json()?;
    Ok(Json(merchant::void_sale(&app, call.merchant, id, &key).await?.into()))
}

/// `POST /merchant/v1/payments/{id}/refunds`
pub async fn refund(
    State(app): State<App>,
    Path(payment): Path<PostingId>,
    call: Signed,
) -> Result<Json<RefundView>, Problem> {
    let RefundRequest { id, amount, reason } = call.json()?;
    let wanted = GiveBack { payment, key: &id, amount, reason: &reason };
    Ok(Json(merchant::refund_sale(&app, call.merchant, wanted).await?))
}
