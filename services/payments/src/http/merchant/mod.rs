//! What merchants' own systems call, each request signed.

mod orders;
mod payments;
mod signed;
mod webhooks;
mod wire;

use axum::Router;
use axum::routing::{get, post};

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
}
