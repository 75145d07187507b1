//! Places, agencies, categories, life events, calendars: the routes.

pub mod admin;
mod peers;
mod reads;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// The routes of this part.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/internal/v1/place", post(reads::place))
        .route("/internal/v1/wards", post(reads::wards))
        .route("/internal/v1/agency", post(reads::agency))
        .route("/internal/v1/categories", post(reads::categories))
        .route("/internal/v1/life-events", post(reads::life_events))
        .route("/internal/v1/place-at", post(reads::place_at))
        .route("/internal/v1/registry", get(peers::changes))
        .route("/internal/v1/calendars/{code}/{version}", get(peers::calendar))
        .merge(admin::routes())
}
