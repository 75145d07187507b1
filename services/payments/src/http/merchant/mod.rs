//! What merchants' and billers' own systems call, each request signed.

mod bills;
mod file;
mod orders;
mod payments;
mod settlements;
mod signed;
mod webhooks;
mod wire;

use axum::Router;
use axum::routing::{get, post};

use tower_http::limit::RequestBodyLimitLayer;

pub use file::SignedFile;

use super::bill_import::MAX_IMPORT_BYTES;
use crate::app::App;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/merchant/v1/events", get(webhooks::events))
        .route("/merchant/v1/webhooks", get(webhooks::list).post(webhooks::open))
        .route("/merchant/v1/webhooks/{id}/replay", post(webhooks::replay))
        .route("/merchant/v1/webhooks/{id}/rotate", post(webhooks::rotate))
        .route("/merchant/v1/orders", get(orders::list).post(orders::open))
        .route("/merchant/v1/orders/{id}", get(orders::one))
        .route("/merchant/v1/orders/{id}/cancel", post(orders::cancel))
        .route("/merchant/v1/payments", get(payments::list))
        .route("/merchant/v1/payments/{id}", get(payments::one))
        .route("/merchant/v1/payments/{id}/capture", post(payments::capture))
        .route("/merchant/v1/payments/{id}/refunds", post(payments::refund))
        .route("/merchant/v1/payments/{id}/void", post(payments::void))
        .route("/merchant/v1/settlements", get(settlements::list))
        .route("/merchant/v1/settlements/{id}", get(settlements::read))
        .route("/merchant/v1/bills/{number}/cancel", post(bills::cancel))
        .route("/merchant/v1/imports/{id}", get(bills::read_import))
}

/// The route that takes files.
pub fn import_routes() -> Router<App> {
    let limit = RequestBodyLimitLayer::new(MAX_IMPORT_BYTES);
    Router::new().route("/merchant/v1/bills", post(bills::import).layer(limit))
}
