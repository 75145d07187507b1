//! Dossiers: the routes.

mod admin;
mod resident;

use axum::Router;
use axum::routing::{get, post};
use utoipa::OpenApi as _;

use crate::app::App;

/// The routes of this part.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/admin/v1/dossiers", get(admin::reads::list).post(admin::act::file))
        .route("/admin/v1/dossiers/stats", get(admin::reads::stats))
        .route("/admin/v1/dossiers/{id}", get(admin::reads::one))
        .route("/admin/v1/dossiers/{id}/answers", get(admin::reads::answers))
        .route("/admin/v1/dossiers/{id}/history", get(admin::reads::history))
        .route("/admin/v1/dossiers/{id}/{action}", post(admin::act::post))
        .route("/admin/v1/dossiers/{id}/result-files", post(admin::result_files::request))
        .route("/admin/v1/dossiers/{id}/result-files/{file}/keep", post(admin::result_files::keep))
        .merge(resident::routes())
}

/// The staff routes of this part, as the gateway publishes them.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        admin::reads::list,
        admin::reads::one,
        admin::reads::history,
        admin::reads::stats,
        admin::reads::answers,
        admin::act::file,
        admin::act::post,
        admin::result_files::request,
        admin::result_files::keep
    ),
    tags((name = "dossiers", description = "Dossiers: work list, moves, history, figures"))
)]
struct Staff;

/// The OpenAPI document of this part.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Staff::openapi()
}
