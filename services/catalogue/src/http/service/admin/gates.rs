//! Which apps may use a service, and how many people of those.

use axum::extract::State;
use chrono::{DateTime, Utc};
use city_auth::Staff;
use city_contracts::problem::Finding;
use city_http::{Json, Path, Problem, RequestKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::app::service::{self, Ask, GateDraft, OperatedService};
use crate::domain::service::Platform;
use crate::error::Error;
use crate::http::described::OnceKey;
use crate::store::service::gate::GateRow;

/// A gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GateWire {
    /// `IOS`, `ANDROID` or `WEB`.
    pub platform: String,
    /// From this version of the app, 1 to 4 dotted numbers.
    pub min_app: Option<String>,
    /// Up to this version.
    pub max_app: Option<String>,
    /// From this version of the system.
    pub min_os: Option<String>,
    /// The share of the people, 0 to 100.
    pub rollout_pct: i32,
    /// What the share is drawn by; left out: as before. Another salt draws other people.
    pub salt: Option<String>,
    /// From when the gate counts.
    pub from: Option<DateTime<Utc>>,
    /// Until when.
    pub to: Option<DateTime<Utc>>,
}

/// All gates of a service.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GatesWire {
    /// The version that was looked at.
    pub version: i32,
    /// In their order: the first that matches decides the share. None: open to all apps.
    pub gates: Vec<GateWire>,
}

impl GatesWire {
    fn parse(&self) -> Result<Vec<GateDraft>, Error> {
        let mut found = Vec::new();
        let mut gates = Vec::new();
        for (place, gate) in self.gates.iter().enumerate() {
            let Some(platform) = Platform::parse(&gate.platform) else {
                found.push(Finding::new(
                    format!("/gates/{place}/platform"),
                    "UNKNOWN",
                    "IOS, ANDROID or WEB",
                ));
                continue;
            };
            gates.push(GateDraft {
                platform,
                min_app: gate.min_app.clone(),
                max_app: gate.max_app.clone(),
                min_os: gate.min_os.clone(),
                rollout_pct: gate.rollout_pct,
                salt: gate.salt.as_deref().map(city_text::clean),
                from: gate.from,
                to: gate.to,
            });
        }
        if found.is_empty() { Ok(gates) } else { Err(Error::Input(found)) }
    }
}

impl From<GateRow> for GateWire {
    fn from(row: GateRow) -> Self {
        Self {
            platform: row.platform.as_str().to_owned(),
            min_app: row.min_app,
            max_app: row.max_app,
            min_os: row.min_os,
            rollout_pct: row.rollout_pct,
            salt: Some(row.salt),
            from: row.from,
            to: row.to,
        }
    }
}

/// `GET /admin/v1/services/{code}/gates`
#[utoipa::path(
    get, path = "/admin/v1/services/{code}/gates", tag = "services", operation_id = "readServiceGates",
    summary = "The gates of a service",
    params(("code" = String, Path, description = "The service")),
    responses((status = 200, description = "In their order", body = GatesWire),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.operate")))
)]
pub async fn get(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Json<GatesWire>, Problem> {
    let (version, gates) = service::read_gates(&app, &staff, &code).await?;
    Ok(Json(GatesWire { version, gates: gates.into_iter().map(GateWire::from).collect() }))
}

/// `PUT /admin/v1/services/{code}/gates`
#[utoipa::path(
    put, path = "/admin/v1/services/{code}/gates", tag = "services", operation_id = "setServiceGates",
    summary = "Set the gates of a service",
    params(("code" = String, Path, description = "The service"), OnceKey),
    request_body = GatesWire,
    responses((status = 200, description = "They hold within seconds", body = OperatedService),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STALE, KEY_REUSED"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.operate")))
)]
pub async fn put(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<GatesWire>,
) -> Result<Json<OperatedService>, Problem> {
    let gates = request.parse()?;
    let ask = Ask { key: &key, code: &code, version: Some(request.version), request: &request };
    Ok(Json(service::set_gates(&app, &staff, ask, &gates).await?))
}
