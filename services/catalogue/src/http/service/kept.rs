//! What a resident keeps.

use axum::extract::State;
use axum::response::Response;
use city_auth::Resident;
use city_contracts::catalogue::service::{SetFavouriteService, SetServiceHistory};
use city_http::{Json, Problem};

use crate::app::{App, service};
use crate::http::caching::never;

/// `POST /internal/v1/set-favourite-service`
pub async fn favourite(
    State(app): State<App>,
    resident: Resident,
    Json(request): Json<SetFavouriteService>,
) -> Result<Response, Problem> {
    Ok(never(Json(service::set_favourite(&app, &resident, &request).await?)))
}

/// `POST /internal/v1/set-service-history`
pub async fn history(
    State(app): State<App>,
    resident: Resident,
    Json(request): Json<SetServiceHistory>,
) -> Result<Response, Problem> {
    Ok(never(Json(service::set_history(&app, &resident, &request).await?)))
}
