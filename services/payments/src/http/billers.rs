//! Billers, and bills that residents look up and follow.

use axum::extract::State;
use city_auth::Resident;
use city_contracts::common::Page;
use city_contracts::payments::{
    BillView, BillWatchView, BillerView, BillsByCode, ListBillers, SetBillWatch,
};
use city_http::{Json, Problem};

use crate::app::{self, App};

/// `POST /internal/v1/billers`
pub async fn list(
    State(app): State<App>,
    _who: Resident,
    Json(request): Json<ListBillers>,
) -> Result<Json<Vec<BillerView>>, Problem> {
    Ok(Json(app::list_billers(&app, request).await?))
}

/// `POST /internal/v1/bills-by-code`
pub async fn bills_by_code(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<BillsByCode>,
) -> Result<Json<Page<BillView>>, Problem> {
    Ok(Json(app::bills_by_code(&app, &who, &request).await?))
}

/// `POST /internal/v1/set-bill-watch`
pub async fn set_watch(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<SetBillWatch>,
) -> Result<Json<BillWatchView>, Problem> {
    Ok(Json(app::set_bill_watch(&app, &who, &request).await?))
}
