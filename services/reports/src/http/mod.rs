//! The route table. Residents come through `/internal/v1`, staff through `/admin/v1`, browsers for photos.

mod admin;
mod caching;
mod list_reports;
mod media;
mod nodes;
mod one_report;
mod own_report;
mod report_categories;
mod request_photo_upload;

use axum::Router;
use axum::routing::{get, post};
use utoipa::OpenApi as _;

use crate::app::App;

/// All routes of the service.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/internal/v1/file-report", post(own_report::file))
        .route("/internal/v1/withdraw-report", post(own_report::withdraw))
        .route("/internal/v1/rate-report", post(own_report::rate))
        .route("/internal/v1/contest-report", post(own_report::contest))
        .route("/internal/v1/request-photo-upload", post(request_photo_upload::post))
        .route("/internal/v1/report", post(one_report::post))
        .route("/internal/v1/reports", post(list_reports::feed))
        .route("/internal/v1/my-reports", post(list_reports::mine))
        .route("/internal/v1/report-categories", post(report_categories::post))
        .route("/internal/v1/nodes:batch", post(nodes::post))
        .route("/admin/v1/reports", get(admin::list_work::get))
        .route("/admin/v1/reports/{id}", get(admin::staff_report::get))
        .route("/admin/v1/reports/{id}/timeline", get(admin::timeline::get))
        .route("/admin/v1/reports/{id}/actions/{action}", post(admin::act::post))
        .route("/admin/v1/reports/{id}/photos", post(request_photo_upload::post_after))
        .route("/media/reports/{media_key}/{file}", get(media::get))
        .with_state(app)
}

/// The staff routes as the gateway publishes them.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        admin::list_work::get,
        admin::staff_report::get,
        admin::timeline::get,
        admin::act::post,
        request_photo_upload::post_after
    ),
    tags((name = "reports", description = "Field reports: work list, decisions, timeline"))
)]
struct Staff;

/// The OpenAPI document of the staff routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Staff::openapi()
}
