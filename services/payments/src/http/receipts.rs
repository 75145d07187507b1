//! Proof of a payment, for those who have a part in it.

use axum::extract::State;
use axum::response::IntoResponse;
use city_auth::Resident;
use city_contracts::payments::PaymentById;
use city_http::{Json, Path, Problem};
use city_ids::PostingId;
use city_receipt::Receipt;
use http::header;

use crate::app::{self, App};

/// `POST /internal/v1/payment-receipt`
pub async fn post(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<PaymentById>,
) -> Result<Json<Receipt>, Problem> {
    Ok(Json(app::my_receipt(&app, &who, request.id).await?))
}

/// `GET /v1/payments/{id}/receipt.json`: the same as a file.
pub async fn get(
    State(app): State<App>,
    who: Resident,
    Path(id): Path<PostingId>,
) -> Result<impl IntoResponse, Problem> {
    let receipt = app::my_receipt(&app, &who, id).await?;
    let name = format!("attachment; filename=\"receipt-{id}.json\"");
    let headers =
        [(header::CACHE_CONTROL, "no-store".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Json(receipt)))
}
