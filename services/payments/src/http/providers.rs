//! Money in through providers: residents start it, providers tell of it, payers come back.
//!
//! What providers are answered is their protocol's, not ours: no problem documents there.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use city_auth::Resident;
use city_contracts::payments::{
    Provider, ProviderPaymentById, ProviderPaymentView, StartProviderPayment,
};
use city_http::{Json, Kind, Outcome as _, Path, Problem};
use http::{Extensions, HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::json;

use crate::app::{self, App, Heard, MOST_MESSAGE_BYTES};
use crate::error::Error;
use crate::http::address::client;

/// How long a notice may take to arrive: it is small, and whoever sends it sits in a data centre.
const NOTICE_TIME: Duration = Duration::from_secs(10);

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/internal/v1/start-provider-payment", post(start))
        .route("/internal/v1/provider-payment", post(one))
        .route("/ipn/vnpay", get(vnpay))
        .route("/ipn/momo", post(momo))
        .route("/ipn/zalopay", post(zalopay))
        .route("/pay/return/{provider}", get(back))
}

/// `POST /internal/v1/start-provider-payment`
pub async fn start(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<StartProviderPayment>,
) -> Result<Json<ProviderPaymentView>, Problem> {
    Ok(Json(app::start_provider_payment(&app, &who, &request).await?))
}

/// `POST /internal/v1/provider-payment`
pub async fn one(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<ProviderPaymentById>,
) -> Result<Json<ProviderPaymentView>, Problem> {
    Ok(Json(app::read_provider_payment(&app, &who, request.id).await?))
}

/// `GET /ipn/vnpay`: always 200; the code says whether VNPAY sends it again.
pub async fn vnpay(
    State(app): State<App>,
    extensions: Extensions,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let remote = client(&extensions, &headers);
    let heard = hear(&app, Provider::Vnpay, query.as_bytes(), remote).await;
    let (code, message) = match heard {
        Ok(Heard::Unproven) => ("97", "Invalid signature"),
        Ok(Heard::Unknown) => ("01", "Order not found"),
        Ok(Heard::AmountDiffers) => ("04", "Invalid amount"),
        Ok(Heard::Again) => ("02", "Order already confirmed"),
        Ok(Heard::Recorded | Heard::Nothing) => ("00", "Confirm success"),
        Err(_) => ("99", "Unknown error"),
    };
    Json(json!({ "RspCode": code, "Message": message })).into_response()
}

/// `POST /ipn/momo`: 204, or a status that says why not.
pub async fn momo(
    State(app): State<App>,
    extensions: Extensions,
    headers: HeaderMap,
    body: Body,
) -> StatusCode {
    let heard = match read(body).await {
        Ok(body) => hear(&app, Provider::Momo, &body, client(&extensions, &headers)).await,
        Err(Unread::TooLong) => Ok(Heard::Unproven),
        Err(Unread::Cut(status)) => return status,
    };
    match heard {
        Ok(Heard::Unproven) => StatusCode::BAD_REQUEST,
        Ok(Heard::Unknown) => StatusCode::NOT_FOUND,
        Ok(Heard::AmountDiffers | Heard::Recorded | Heard::Again | Heard::Nothing) => {
            StatusCode::NO_CONTENT
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// `POST /ipn/zalopay`: always 200; the code says whether ZaloPay sends it again.
pub async fn zalopay(
    State(app): State<App>,
    extensions: Extensions,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let heard = match read(body).await {
        Ok(body) => hear(&app, Provider::Zalopay, &body, client(&extensions, &headers)).await,
        Err(Unread::TooLong) => Ok(Heard::Unproven),
        Err(Unread::Cut(status)) => return status.into_response(),
    };
    let (code, message) = match heard {
        Ok(Heard::Unproven) => (-1, "mac not equal"),
        Ok(Heard::Unknown) => (-1, "order not found"),
        Ok(Heard::AmountDiffers | Heard::Recorded | Heard::Again | Heard::Nothing) => {
            (1, "success")
        }
        Err(_) => (0, "again"),
    };
    Json(json!({ "return_code": code, "return_message": message })).into_response()
}

/// Why a notice was not read.
enum Unread {
    /// It is longer than any notice: nobody's.
    TooLong,
    /// It did not come to its end, or not in time. The connection is closed behind this status.
    Cut(StatusCode),
}

/// Reads a notice, no more than one may have and no longer than one may take: these routes are open to everybody.
async fn read(body: Body) -> Result<Bytes, Unread> {
    let whole = Limited::new(body, MOST_MESSAGE_BYTES).collect();
    match tokio::time::timeout(NOTICE_TIME, whole).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unread::TooLong),
        Ok(Err(_)) => Err(Unread::Cut(StatusCode::BAD_REQUEST)),
        Err(_) => Err(Unread::Cut(StatusCode::REQUEST_TIMEOUT)),
    }
}

/// A notice that is too large is nobody's. What fails here is ours, and logged here: the provider hears its own code, and so does
/// whoever sent too many that are not proven.
async fn hear(
    app: &App,
    provider: Provider,
    raw: &[u8],
    remote: Option<String>,
) -> Result<Heard, Error> {
    if raw.len() > MOST_MESSAGE_BYTES {
        return Ok(Heard::Unproven);
    }
    app::hear_notice(app, provider, raw, remote.as_deref()).await.inspect_err(|error| {
        if error.kind() != Kind::TooMany {
            let chain = city_http::chain(error);
            tracing::error!(provider = ?provider, error.chain = chain, "A provider's notice was not taken in");
        }
    })
}

/// `GET /pay/return/{provider}`: the payer's browser comes back. What it says proves nothing and is not read.
pub async fn back(Path(provider): Path<String>) -> Result<Html<&'static str>, Problem> {
    if !["vnpay", "momo", "zalopay"].contains(&provider.as_str()) {
        return Err(Problem::new(Kind::NotFound, "NOT_FOUND", "there is nothing here"));
    }
    Ok(Html(
        "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Hue-S</title>\
         <p>Mời bạn quay lại ứng dụng Hue-S để xem kết quả thanh toán.\
         <p lang=\"en\">Return to the Hue-S app to see the result of your payment.",
    ))
}
