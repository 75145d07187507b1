//! Payments from person to person, and what comes before them.

use axum::extract::State;
use city_auth::Resident;
use city_contracts::payments::{
    PayeeByPhone, PayeeView, PaymentById, PaymentQuote, PaymentView, QuoteRequest, SendMoney,
};
use city_http::{Json, Problem};

use crate::app::{self, App};

/// `POST /internal/v1/payee-by-phone`
pub async fn payee_by_phone(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<PayeeByPhone>,
) -> Result<Json<Option<PayeeView>>, Problem> {
    Ok(Json(app::find_payee(&app, &who, &request.phone).await?))
}

/// `POST /internal/v1/payment-quote`
pub async fn quote(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<QuoteRequest>,
) -> Result<Json<PaymentQuote>, Problem> {
    Ok(Json(app::quote(&app, &who, &request).await?))
}

/// `POST /internal/v1/send-money`
pub async fn send(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<SendMoney>,
) -> Result<Json<PaymentView>, Problem> {
    Ok(Json(app::send_money(&app, &who, &request).await?))
}

/// `POST /internal/v1/payment`
pub async fn one(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<PaymentById>,
) -> Result<Json<PaymentView>, Problem> {
    Ok(Json(app::read_payment(&app, &who, request.id).await?))
}
