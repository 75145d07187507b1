//! Procedures, their editions and forms, fees, checks: the routes.

mod read;

use axum::Router;
use axum::routing::post;

use crate::app::App;

/// The routes of this part.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/internal/v1/procedure", post(read::procedure))
        .route("/internal/v1/fee-quote", post(read::fee_quote))
        .route("/internal/v1/check-file", post(read::check_file))
        .route("/internal/v1/due-date-preview", post(read::due_date_preview))
}
