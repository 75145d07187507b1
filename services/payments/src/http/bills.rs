//! A resident's bills.

use axum::extract::State;
use city_auth::Resident;
use city_contracts::common::{Page, PageArgs};
use city_contracts::payments::{BillById, BillView, PayBill, PaymentView};
use city_http::{Json, Problem};

use crate::app::{self, App};

/// `POST /internal/v1/pay-bill`
pub async fn pay(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<PayBill>,
) -> Result<Json<PaymentView>, Problem> {
    Ok(Json(app::pay_bill(&app, &who, &request).await?))
}

/// `POST /internal/v1/bill`
pub async fn one(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<BillById>,
) -> Result<Json<BillView>, Problem> {
    Ok(Json(app::my_bill(&app, &who, request.id).await?))
}

/// `POST /internal/v1/my-bills`
pub async fn mine(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<PageArgs>,
) -> Result<Json<Page<BillView>>, Problem> {
    Ok(Json(app::my_bills(&app, &who, &request).await?))
}
