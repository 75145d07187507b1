//! The ledger itself: what instances forward to each other, and what officers look up.

mod heads;
mod inputs;
mod posting;
mod status;

use axum::Router;
use axum::routing::{get, post};
use utoipa::OpenApi;

use crate::app::App;
use crate::sequencer::FORWARD_PATH;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route(FORWARD_PATH, post(inputs::post))
        .route("/public/v1/payments/heads", get(heads::list))
        .route("/.well-known/payment-receipt-keys.json", get(heads::keys))
        .route("/admin/v1/payments/ledger/status", get(status::read))
        .route("/admin/v1/payments/postings/{id}", get(posting::read))
}

#[derive(OpenApi)]
#[openapi(paths(status::read, posting::read))]
struct Document;

/// The staff routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
