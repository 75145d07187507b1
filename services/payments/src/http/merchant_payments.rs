//! What a resident does with codes and merchants.

use axum::extract::State;
use city_auth::Resident;
use city_contracts::payments::{PayMerchant, PaymentView, QrPayeeRequest, QrPayeeView};
use city_http::{Json, Problem};

use crate::app::{self, App};

/// `POST /internal/v1/qr-payee`
pub async fn qr(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<QrPayeeRequest>,
) -> Result<Json<QrPayeeView>, Problem> {
    Ok(Json(app::qr_payee(&app, &who, &request.payload).await?))
}

/// `POST /internal/v1/pay-merchant`
pub async fn pay(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<PayMerchant>,
) -> Result<Json<PaymentView>, Problem> {
    Ok(Json(app::pay_merchant(&app, &who, &request).await?))
}
