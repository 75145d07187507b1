//! Opening a service.

use axum::extract::State;
use axum::response::Response;
use city_auth::Anyone;
use city_contracts::catalogue::service::OpenService;
use city_http::{Json, Problem};

use crate::app::{App, service};
use crate::http::caching::never;

/// `POST /internal/v1/open-service`; also for people who are not signed in: nothing is recorded of them.
pub async fn post(
    State(app): State<App>,
    who: Anyone,
    Json(request): Json<OpenService>,
) -> Result<Response, Problem> {
    Ok(never(Json(service::open_service(&app, &who, &request).await?)))
}
