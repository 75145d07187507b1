//! What payees got, and whether it was wired.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_auth::permission::SETTLEMENT_RUN;
use city_auth::{ObjectScope, Staff};
use city_contracts::common::{Page, PageArgs};
use city_contracts::payments::SettlementView;
use city_http::{Json, Path, Problem, Query, RequestKey};
use city_ids::SettlementId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::ApprovalView;
use crate::app::{self, App, Lines};
use crate::http::page::PageQuery;
use crate::http::settlement_file::{Form, asked_for, csv};

/// Settlements belong to the whole city.
const CITY: ObjectScope<'static> = ObjectScope { ward: None, agencies: &[] };

/// To settle a payee now.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleRequest {
    /// The merchant, such as mer_…, or the account as settlements name it.
    pub payee: String,
}

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
    Ok(Json(app::list_settlements(&app, None, &args).await?))
}

/// `POST /admin/v1/payments/settlements`
#[utoipa::path(
    post, path = "/admin/v1/payments/settlements", tag = "payments", operation_id = "settlePayee",
    summary = "Settle a payee who is settled by hand",
    description = "Only of the rhythm MANUAL, and once a civil day: asked again the same day, it is the same settlement.",
    params(("Idempotency-Key" = String, Header, description = "Whatever it is, a payee is settled once a day")),
    request_body = SettleRequest,
    responses((status = 200, description = "The settlement"), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STATE: the payee has another rhythm; NOTHING_TO_SETTLE"),
              (status = 422, description = "INPUT"), (status = 503, description = "NO_LEADER, BUSY")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.settlement.run")))
)]
pub async fn settle(
    State(app): State<App>,
    staff: Staff,
    _key: RequestKey, // the settlement of a day has one id, whatever the key
    Json(request): Json<SettleRequest>,
) -> Result<Json<SettlementView>, Problem> {
    staff.require(SETTLEMENT_RUN, CITY, app.clock.now())?;
    Ok(Json(app::settle_payee(&app, &request.payee).await?))
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
    Ok(match asked_for(&file)? {
        Form::Json(id) => Json(app::find_settlement(&app, id).await?).into_response(),
        Form::Csv(id) => {
            let lines = Lines::of(&app, id).await?;
            csv(app, id, lines)
        }
    })
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
    description = "It is part of the payee's next settlement; of a payee that is closed it goes aside, to what waits for an \
                   owner. Done twice, it is done once.",
    params(("id" = String, Path, description = "The settlement, such as set_…")),
    request_body = ReturnedRequest,
    responses((status = 200, description = "The settlement as it now is"), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STATE: it was wired; ACCOUNT_FROZEN: the payee takes no money just now"),
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
