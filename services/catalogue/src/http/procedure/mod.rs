//! Procedures, their editions and forms, fees, checks: the routes.

mod admin;
mod read;

use axum::Router;
use axum::routing::{get, post, put};
use utoipa::OpenApi as _;

pub use admin::import::MAX_IMPORT_BYTES;

use crate::app::App;

/// The routes of this part.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/internal/v1/procedure", post(read::procedure))
        .route("/internal/v1/fee-quote", post(read::fee_quote))
        .route("/internal/v1/check-file", post(read::check_file))
        .route("/internal/v1/due-date-preview", post(read::due_date_preview))
        .route("/admin/v1/procedures/{code}/draft", put(admin::draft::put))
        .route("/admin/v1/procedures/{code}/forms", post(admin::draft::form))
        .route("/admin/v1/procedures/{code}/submit", post(admin::moves::submit))
        .route("/admin/v1/procedures/{code}/approve", post(admin::moves::approve))
        .route("/admin/v1/procedures/{code}/send-back", post(admin::moves::send_back))
        .route("/admin/v1/procedures/{code}/assure", post(admin::moves::assure))
        .route("/admin/v1/procedures/{code}/revert", post(admin::moves::revert))
        .route("/admin/v1/procedures/{code}/withdraw", post(admin::moves::withdraw))
        .route("/admin/v1/procedures/{code}/editions", get(admin::editions::list))
        .route("/admin/v1/procedures/{code}/diff", get(admin::editions::diff))
        .route("/admin/v1/imports/{id}", get(admin::import::get))
}

/// The one route that takes long bodies, read as they come.
pub fn import_routes() -> Router<App> {
    Router::new().route("/admin/v1/procedures/import", post(admin::import::post))
}

/// The staff routes of this part.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        admin::draft::put,
        admin::draft::form,
        admin::moves::submit,
        admin::moves::approve,
        admin::moves::send_back,
        admin::moves::assure,
        admin::moves::revert,
        admin::moves::withdraw,
        admin::editions::list,
        admin::editions::diff,
        admin::import::post,
        admin::import::get
    ),
    tags((name = "procedures", description = "Procedures: drafts, forms, review, import"))
)]
struct StaffRoutes;

/// The document of the staff routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    StaffRoutes::openapi()
}
