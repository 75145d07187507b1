//! What residents read.

use axum::extract::State;
use axum::response::Response;
use city_auth::Anyone;
use city_contracts::catalogue::service::{FindService, ListServices, ReadServiceHome};
use city_http::{Json, Problem};
use http::HeaderMap;

use crate::app::{App, service};
use crate::http::caching::for_reader;

/// `POST /internal/v1/service`
pub async fn one(
    State(app): State<App>,
    who: Anyone,
    headers: HeaderMap,
    Json(request): Json<FindService>,
) -> Result<Response, Problem> {
    for_reader(&who, &headers, &service::find_service(&app, &who, &request).await?)
}

/// `POST /internal/v1/services`
pub async fn list(
    State(app): State<App>,
    who: Anyone,
    headers: HeaderMap,
    Json(request): Json<ListServices>,
) -> Result<Response, Problem> {
    for_reader(&who, &headers, &service::list_services(&app, &who, &request).await?)
}

/// `POST /internal/v1/service-home`
pub async fn home(
    State(app): State<App>,
    who: Anyone,
    headers: HeaderMap,
    Json(request): Json<ReadServiceHome>,
) -> Result<Response, Problem> {
    for_reader(&who, &headers, &service::service_home(&app, &who, &request).await?)
}
