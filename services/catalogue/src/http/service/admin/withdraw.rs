//! The end of a service.

use axum::extract::State;
use city_auth::Staff;
use city_contracts::problem::Finding;
use city_http::{Json, Path, Problem, RequestKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text;
use crate::app::App;
use crate::app::service::{self, Ask, DraftTexts, ServiceMoved, Withdraw};
use crate::domain::service::WithdrawnAs;
use crate::error::Error;
use crate::http::described::{EditRefused, OnceKey};

const NOTE_MAX: usize = 500;

/// How a service ends.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithdrawRequest {
    /// The version that was looked at.
    pub version: i32,
    /// `WITHDRAWN` shows the note, `REDIRECT` the replacement, `GONE` nothing.
    #[serde(rename = "as")]
    pub way: String,
    /// Why, for residents: `vi` at least, at most 500 characters.
    #[serde(default)]
    pub note: DraftTexts,
    /// The service that takes its place; needed for `REDIRECT`.
    pub replacement: Option<String>,
}

impl WithdrawRequest {
    fn parse(&self) -> Result<Withdraw, Error> {
        let mut found = Vec::new();
        let note = text::localised("/note", &self.note, NOTE_MAX, &mut found);
        let way = WithdrawnAs::parse(&self.way);
        match way {
            None => found.push(Finding::new("/as", "UNKNOWN", "WITHDRAWN, REDIRECT or GONE")),
            Some(WithdrawnAs::Redirect) if self.replacement.is_none() => {
                found.push(Finding::new(
                    "/replacement",
                    "REQUIRED",
                    "say which service takes its place",
                ));
            }
            Some(_) => {}
        }
        match (note, way) {
            (Some(note), Some(way)) if found.is_empty() => {
                Ok(Withdraw { way, note, replacement: self.replacement.clone() })
            }
            _ => Err(Error::Input(found)),
        }
    }
}

/// `POST /admin/v1/services/{code}/withdraw`
#[utoipa::path(
    post, path = "/admin/v1/services/{code}/withdraw", tag = "services", operation_id = "withdrawService",
    summary = "End a service",
    description = "An edition on its way goes back to its editors. The service is back when a new edition goes live.",
    params(("code" = String, Path, description = "The service"), OnceKey),
    request_body = WithdrawRequest,
    responses((status = 200, description = "It ended", body = ServiceMoved), EditRefused),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.publish")))
)]
pub async fn post(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<WithdrawRequest>,
) -> Result<Json<ServiceMoved>, Problem> {
    let wanted = request.parse()?;
    let ask = Ask { key: &key, code: &code, version: Some(request.version), request: &request };
    Ok(Json(service::withdraw(&app, &staff, ask, wanted).await?))
}
