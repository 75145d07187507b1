//! The route table.

mod admin;
mod bills;
mod ledger;
mod nodes;
mod payments;
mod receipts;
mod wallets;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// All routes.
pub fn routes(app: App) -> Router {
    Router::new()
        .merge(ledger::routes())
        .merge(admin::routes())
        .route("/internal/v1/open-wallet", post(wallets::open))
        .route("/internal/v1/my-wallet", post(wallets::mine))
        .route("/internal/v1/wallet-statement", post(wallets::statement))
        .route("/internal/v1/payee-by-phone", post(payments::payee_by_phone))
        .route("/internal/v1/payment-quote", post(payments::quote))
        .route("/internal/v1/send-money", post(payments::send))
        .route("/internal/v1/payment", post(payments::one))
        .route("/internal/v1/pay-bill", post(bills::pay))
        .route("/internal/v1/bill", post(bills::one))
        .route("/internal/v1/my-bills", post(bills::mine))
        .route("/internal/v1/payment-receipt", post(receipts::post))
        .route("/v1/payments/{id}/receipt.json", get(receipts::get))
        .route("/internal/v1/nodes:batch", post(nodes::post))
        .with_state(app)
}

/// The OpenAPI document of the staff routes, a part each.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = ledger::openapi();
    document.merge(admin::openapi());
    document
}
