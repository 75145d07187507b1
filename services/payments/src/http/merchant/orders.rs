//! Orders.

use axum::extract::State;
use city_contracts::common::Page;
use city_http::{Json, Path, Problem, Query};
use city_ids::MerchantOrderId;

use super::signed::Signed;
use super::wire::{OrderRequest, OrderView};
use crate::app::{App, merchant};
use crate::http::page::PageQuery;

/// `GET /merchant/v1/orders`
pub async fn list(
    State(app): State<App>,
    Query(query): Query<PageQuery>,
    call: Signed,
) -> Result<Json<Page<OrderView>>, Problem> {
    let page = merchant::list_orders(&app, call.merchant, &query.into()).await?;
    let now = app.clock.now();
    Ok(Json(page.map(|order| OrderView::of(order, now))))
}

/// `POST /merchant/v1/orders`
pub async fn open(State(app): State<App>, call: Signed) -> Result<Json<OrderView>, Problem> {
    let request: OrderRequest = call.json()?;
    let opened = merchant::open_order(&app, call.merchant, request.wanted()).await?;
    Ok(Json(OrderView::printed(opened, app.clock.now())))
}

/// `GET /merchant/v1/orders/{id}`
pub async fn one(
    State(app): State<App>,
    Path(id): Path<MerchantOrderId>,
    call: Signed,
) -> Result<Json<OrderView>, Problem> {
    let order = merchant::find_order(&app, call.merchant, id).await?;
    Ok(Json(OrderView::printed(order, app.clock.now())))
}

/// `POST /merchant/v1/orders/{id}/cancel`
pub async fn cancel(
    State(app): State<App>,
    Path(id): Path<MerchantOrderId>,
    call: Signed,
) -> Result<Json<OrderView>, Problem> {
    let order = merchant::cancel_order(&app, call.merchant, id).await?;
    Ok(Json(OrderView::printed(order, app.clock.now())))
}
