//! Services and their editions, gates, states, favourites: the routes.

mod admin;
mod kept;
mod open_service;
mod read;
mod status_file;

use axum::Router;
use axum::routing::{get, post, put};
use utoipa::OpenApi as _;

use crate::app::App;

/// The routes of this part.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/internal/v1/service", post(read::one))
        .route("/internal/v1/services", post(read::list))
        .route("/internal/v1/service-home", post(read::home))
        .route("/internal/v1/open-service", post(open_service::post))
        .route("/internal/v1/set-favourite-service", post(kept::favourite))
        .route("/internal/v1/set-service-history", post(kept::history))
        .route("/.well-known/catalogue-status.json", get(status_file::get))
        .route("/admin/v1/reviews", get(admin::lists::reviews))
        .route("/admin/v1/services/stale", get(admin::lists::stale))
        .route("/admin/v1/services/{code}/draft", put(admin::draft::put))
        .route("/admin/v1/services/{code}/submit", post(admin::moves::submit))
        .route("/admin/v1/services/{code}/approve", post(admin::moves::approve))
        .route("/admin/v1/services/{code}/send-back", post(admin::moves::send_back))
        .route("/admin/v1/services/{code}/withdraw", post(admin::withdraw::post))
        .route("/admin/v1/services/{code}/revert", post(admin::revert::post))
        .route("/admin/v1/services/{code}/assure", post(admin::moves::assure))
        .route("/admin/v1/services/{code}/editions", get(admin::editions::list))
        .route("/admin/v1/services/{code}/diff", get(admin::editions::diff))
        .route("/admin/v1/services/{code}/gates", get(admin::gates::get).put(admin::gates::put))
        .route(
            "/admin/v1/services/{code}/status",
            get(admin::status::get).post(admin::status::post),
        )
}

/// The staff routes of this part as the gateway publishes them.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        admin::draft::put,
        admin::moves::submit,
        admin::moves::approve,
        admin::moves::send_back,
        admin::moves::assure,
        admin::withdraw::post,
        admin::revert::post,
        admin::editions::list,
        admin::editions::diff,
        admin::lists::reviews,
        admin::lists::stale,
        admin::gates::get,
        admin::gates::put,
        admin::status::get,
        admin::status::post
    ),
    tags((name = "services", description = "Entries of services: editions, review, gates, states"))
)]
struct Staff;

/// The OpenAPI document of these staff routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Staff::openapi()
}
