//! The route table.

mod address;
mod admin;
mod bill_import;
mod billers;
mod bills;
mod ledger;
mod merchant;
mod merchant_payments;
mod nodes;
mod page;
mod payments;
mod privacy;
mod providers;
mod receipts;
mod settlement_file;
mod shown_once;
mod wallets;

use axum::Router;
use axum::routing::{get, post};

pub use bill_import::MAX_IMPORT_BYTES;
use tower_http::limit::RequestBodyLimitLayer;

use crate::app::App;

/// The longest body of a route that names no other bound.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// All routes.
pub fn routes(app: App) -> Router {
    Router::new()
        .merge(ledger::routes())
        .merge(admin::routes())
        .merge(merchant::routes())
        .route("/internal/v1/open-wallet", post(wallets::open))
        .route("/internal/v1/my-wallet", post(wallets::mine))
        .route("/internal/v1/close-wallet", post(wallets::close))
        .route("/v1/wallet/statement.csv", get(wallets::statement_csv))
        .route("/internal/v1/wallet-statement", post(wallets::statement))
        .route("/internal/v1/payee-by-phone", post(payments::payee_by_phone))
        .route("/internal/v1/payment-quote", post(payments::quote))
        .route("/internal/v1/send-money", post(payments::send))
        .route("/internal/v1/payment", post(payments::one))
        .route("/internal/v1/pay-bill", post(bills::pay))
        .route("/internal/v1/bill", post(bills::one))
        .route("/internal/v1/billers", post(billers::list))
        .route("/internal/v1/bills-by-code", post(billers::bills_by_code))
        .route("/internal/v1/set-bill-watch", post(billers::set_watch))
        .route("/internal/v1/my-bills", post(bills::mine))
        .route("/internal/v1/qr-payee", post(merchant_payments::qr))
        .route("/internal/v1/pay-merchant", post(merchant_payments::pay))
        .route("/internal/v1/privacy/{request}/precheck", post(privacy::precheck))
        .route("/internal/v1/privacy/{request}/export", post(privacy::export))
        .route("/internal/v1/privacy/{request}/erase", post(privacy::erase))
        .route("/internal/v1/payment-receipt", post(receipts::post))
        .route("/v1/payments/{id}/receipt.json", get(receipts::get))
        .merge(providers::routes())
        .route("/internal/v1/nodes:batch", post(nodes::post))
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .merge(admin::import_routes())
        .merge(merchant::import_routes())
        .with_state(app)
}

/// The OpenAPI document of the staff routes, a part each.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = ledger::openapi();
    document.merge(admin::openapi());
    document
}
