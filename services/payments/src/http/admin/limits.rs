//! Limits on what leaves wallets: read, and proposed to a second officer.

use axum::extract::State;
use city_auth::permission::LIMIT_EDIT;
use city_auth::{ObjectScope, Staff};
use city_http::{Json, Problem, Query, RequestKey};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::ApprovalView;
use crate::app::{self, App};
use crate::store::limit::ProposedRule;

/// A version of the limits.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitVersionView {
    /// Which.
    pub version: i64,
    /// The version that counts now.
    pub in_force: i64,
    /// The last one that was proposed.
    pub latest: i64,
    /// Its rules, in their order.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub rules: Vec<ProposedRule>,
}

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LimitQuery {
    /// Which; the one that counts if none is named.
    #[serde(default)]
    version: Option<i64>,
}

/// A complete version of the limits.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsRequest {
    /// 1 to 16 rules, which replace all others.
    #[schema(value_type = Vec<serde_json::Value>)]
    pub rules: Vec<ProposedRule>,
    /// Why, 10 to 500 characters.
    pub reason: String,
}

/// `GET /admin/v1/payments/limits`
#[utoipa::path(
    get, path = "/admin/v1/payments/limits", tag = "payments", operation_id = "readLimits",
    summary = "The limits on what leaves wallets",
    params(LimitQuery),
    responses((status = 200, description = "A version", body = LimitVersionView), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.limit.edit")))
)]
pub async fn read(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<LimitQuery>,
) -> Result<Json<LimitVersionView>, Problem> {
    staff.require(LIMIT_EDIT, ObjectScope::default(), app.clock.now())?;
    let found = app::find_limits(&app, query.version).await?;
    let (version, in_force, latest) = (found.version, found.in_force, found.latest);
    Ok(Json(LimitVersionView { version, in_force, latest, rules: found.rules }))
}

/// `POST /admin/v1/payments/limits`
#[utoipa::path(
    post, path = "/admin/v1/payments/limits", tag = "payments", operation_id = "proposeLimits",
    summary = "Propose a version of the limits to a second officer",
    description = "It is complete: rules that it does not have are no longer kept. It begins when it is approved.",
    params(("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = LimitsRequest,
    responses((status = 200, description = "The request", body = ApprovalView), (status = 403, description = "SCOPE"),
              (status = 409, description = "STATE, KEY_REUSED"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.limit.edit")))
)]
pub async fn propose(
    State(app): State<App>,
    staff: Staff,
    RequestKey(key): RequestKey,
    Json(request): Json<LimitsRequest>,
) -> Result<Json<ApprovalView>, Problem> {
    staff.require(LIMIT_EDIT, ObjectScope::default(), app.clock.now())?;
    let LimitsRequest { rules, reason } = &request;
    Ok(Json(app::propose_limits(&app, &staff, &key, rules, reason).await?.into()))
}
