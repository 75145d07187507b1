//! What finance officers do with wallets.

mod approvals;
mod wallets;
mod wire;

use axum::Router;
use axum::routing::{get, post};
use utoipa::OpenApi as _;

use crate::app::App;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/admin/v1/payments/wallets/search", post(wallets::search))
        .route("/admin/v1/payments/wallets/{id}/statement", get(wallets::statement))
        .route("/admin/v1/payments/wallets/{id}/freeze", post(wallets::freeze))
        .route("/admin/v1/payments/wallets/{id}/unfreeze", post(wallets::unfreeze))
        .route("/admin/v1/payments/adjustments", post(wallets::adjust))
        .route("/admin/v1/payments/approvals", get(approvals::list))
        .route("/admin/v1/payments/approvals/{id}/approve", post(approvals::approve))
        .route("/admin/v1/payments/approvals/{id}/refuse", post(approvals::refuse))
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        wallets::search,
        wallets::statement,
        wallets::freeze,
        wallets::unfreeze,
        wallets::adjust,
        approvals::list,
        approvals::approve,
        approvals::refuse
    ),
    tags((name = "payments", description = "Wallets, the ledger, what a second officer decides"))
)]
struct Document;

/// The staff routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
