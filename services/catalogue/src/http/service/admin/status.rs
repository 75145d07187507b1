//! How a service works, as operators say it.

use axum::extract::State;
use chrono::{DateTime, Utc};
use city_auth::Staff;
use city_contracts::catalogue::service::{Channel, ServiceState};
use city_http::{Json, Path, Problem, RequestKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text;
use crate::app::App;
use crate::app::service::{self, Ask, DraftTexts, OperatedService, ServiceStatement, StatusDraft};
use crate::error::Error;
use crate::http::described::OnceKey;

const TEXT_MAX: usize = 500;

/// How a service works.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusRequest {
    /// `UP`, `DEGRADED`, `MAINTENANCE`, `DOWN`.
    #[schema(value_type = String)]
    pub state: ServiceState,
    /// From when; left out: from now on.
    pub from: Option<DateTime<Utc>>,
    /// Until when; left out: until something else is said.
    pub to: Option<DateTime<Utc>>,
    /// For residents, `vi` at least, at most 500 characters; needed unless it is UP.
    pub text: Option<DraftTexts>,
    /// By which way to turn meanwhile: `APP`, `ONLINE_PORTAL`, `COUNTER`, `POST`, `PHONE`.
    #[schema(value_type = Option<String>)]
    pub fallback_channel: Option<Channel>,
    /// To whom: the code of an agency.
    pub fallback_agency: Option<String>,
}

impl StatusRequest {
    fn parse(&self) -> Result<StatusDraft, Error> {
        let mut found = Vec::new();
        let text =
            self.text.as_ref().map(|raw| text::localised("/text", raw, TEXT_MAX, &mut found));
        if !found.is_empty() {
            return Err(Error::Input(found));
        }
        Ok(StatusDraft {
            state: self.state,
            from: self.from,
            to: self.to,
            text: text.flatten(),
            fallback_channel: self.fallback_channel,
            fallback_agency: self.fallback_agency.clone(),
        })
    }
}

/// `GET /admin/v1/services/{code}/status`
#[utoipa::path(
    get, path = "/admin/v1/services/{code}/status", tag = "services", operation_id = "readServiceStatus",
    summary = "What was said about a service and holds, or will",
    params(("code" = String, Path, description = "The service")),
    responses((status = 200, description = "In the order it was said", body = Vec<ServiceStatement>),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.operate")))
)]
pub async fn get(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Json<Vec<ServiceStatement>>, Problem> {
    Ok(Json(service::read_statuses(&app, &staff, &code).await?))
}

/// `POST /admin/v1/services/{code}/status`
#[utoipa::path(
    post, path = "/admin/v1/services/{code}/status", tag = "services", operation_id = "setServiceStatus",
    summary = "Say how a service works, or will",
    description = "Of all that holds at an instant the statement that began last counts; nothing said means UP.",
    params(("code" = String, Path, description = "The service"), OnceKey),
    request_body = StatusRequest,
    responses((status = 200, description = "Residents see it within seconds", body = OperatedService),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "KEY_REUSED"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.operate")))
)]
pub async fn post(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<StatusRequest>,
) -> Result<Json<OperatedService>, Problem> {
    let draft = request.parse()?;
    let ask = Ask { key: &key, code: &code, version: None, request: &request };
    Ok(Json(service::set_status(&app, &staff, ask, draft).await?))
}
