//! What payees got, and whether it was wired.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_auth::permission::SETTLEMENT_RUN;
use city_auth::{ObjectScope, Staff};
use city_contracts::common::{Page, PageArgs};
use city_contracts::payments::SettlementView;
use city_http::{Json, Path, Problem, Query, RequestKey};
use city_ids::SettlementId;
use futures_util::stream;
use http::header;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::ApprovalView;
use crate::app::{self, App, Lines};
use crate::error::Error;
use crate::http::page::PageQuery;

/// Settlements belong to the whole city.
const CITY: ObjectScope<'static> = ObjectScope { ward: None, agencies: &[] };

/// That a settlement was wired.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaidRequest {
    /// The bank's reference, 1 to 64 characters.
    pub bank_ref: String,
    /// Why, 10 to 500 characters.
    pub reason: String,
}

/// That a settlement came back.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnedRequest {
    /// Why, 10 to 500 characters.
    pub reason: String,
}

/// `GET /admin/v1/payments/settlements`
#[utoipa::path(
    get, path = "/admin/v1/payments/settlements", tag = "payments", operation_id = "listSettlements",
    summary = "What payees got, newest first",
    params(PageQuery),
    responses((status = 200, description = "One page"), (status = 403, description = "SCOPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.settlement.run")))
)]
pub async fn list(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<SettlementView>>, Problem> {
    staff.require(SETTLEMENT_RUN, CITY, app.clock.now())?;
    let args = PageArgs::from(query);
    Ok(Json(app::list_settlements(&app, &args).await?))
}

/// `GET /admin/v1/payments/settlements/{id}` and the same with `.csv`.
#[utoipa::path(
    get, path = "/admin/v1/payments/settlements/{id}", tag = "payments", operation_id = "readSettlement",
    summary = "The report of a settlement",
    description = "With `.csv` after the id: every movement and what they come to, UTF-8 with a byte order mark. Amounts are \
                   whole dong; OPENING, PAYMENT and RETURNED less REFUND, FEE, OUT and CARRIED are NET.",
    params(("id" = String, Path, description = "The settlement, such as set_…")),
    responses((status = 200, description = "The report"), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.settlement.run")))
)]
pub async fn read(
    State(app): State<App>,
    staff: Staff,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    staff.require(SETTLEMENT_RUN, CITY, app.clock.now())?;
    let id = |text: &str| SettlementId::parse(text).map_err(|_| Error::NotFound);
    let Some(name) = file.strip_suffix(".csv") else {
        return Ok(Json(app::find_settlement(&app, id(&file)?).await?).into_response());
    };
    let id = id(name)?;
    let lines = Lines::of(&app, id).await?;
    let parts = stream::try_unfold((app, lines), async |(app, mut lines)| {
        let part = lines.next(&app).await?;
        Ok::<_, Error>(part.map(|part| (part, (app, lines))))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.csv\"")),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

/// `POST /admin/v1/payments/settlements/{id}/paid`
#[utoipa::path(
    post, path = "/admin/v1/payments/settlements/{id}/paid", tag = "payments", operation_id = "settlementPaid",
    summary = "Say that a settlement was wired, for a second officer to confirm",
    params(("id" = String, Path, description = "The settlement, such as set_…"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = PaidRequest,
    responses((status = 200, description = "The request", body = ApprovalView), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 409, description = "STATE, KEY_REUSED"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.settlement.run")))
)]
pub async fn paid(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<SettlementId>,
    RequestKey(key): RequestKey,
    Json(request): Json<PaidRequest>,
) -> Result<Json<ApprovalView>, Problem> {
    staff.require(SETTLEMENT_RUN, CITY, app.clock.now())?;
    let PaidRequest { bank_ref, reason } = &request;
    Ok(Json(app::settlement_paid(&app, &staff, &key, id, bank_ref, reason).await?.into()))
}

/// `POST /admin/v1/payments/settlements/{id}/returned`
#[utoipa::path(
    post, path = "/admin/v1/payments/settlements/{id}/returned", tag = "payments", operation_id = "settlementReturned",
    summary = "Give a settlement that could not be wired back to the payee's account",
    description = "It is part of the payee's next settlement. Done twice, it is done once.",
    params(("id" = String, Path, description = "The settlement, such as set_…")),
    request_body = ReturnedRequest,
    responses((status = 200, description = "The settlement as it now is"), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 409, description = "STATE: it was wired"),
              (status = 422, description = "INPUT"), (status = 503, description = "NO_LEADER, BUSY")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.settlement.run")))
)]
pub async fn returned(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<SettlementId>,
    Json(request): Json<ReturnedRequest>,
) -> Result<Json<SettlementView>, Problem> {
    staff.require(SETTLEMENT_RUN, CITY, app.clock.now())?;
    Ok(Json(app::settlement_returned(&app, &staff, id, &request.reason).await?))
}
