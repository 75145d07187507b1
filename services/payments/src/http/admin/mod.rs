//! What finance officers do with wallets.

mod approvals;
mod backing;
mod biller_keys;
mod billers;
mod bills;
mod limits;
mod merchant_wire;
mod merchants;
mod reconciliation;
mod refunds;
mod reviews;
mod search;
mod settlements;
mod suspense;
mod wallets;
mod wire;

use axum::Router;
use axum::routing::{get, post, put};
use tower_http::limit::RequestBodyLimitLayer;
use utoipa::OpenApi as _;

use super::bill_import::MAX_IMPORT_BYTES;
use crate::app::App;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/admin/v1/payments/merchants", get(merchants::list).post(merchants::create))
        .route("/admin/v1/payments/merchants/{id}", get(merchants::one).put(merchants::edit))
        .route("/admin/v1/payments/merchants/{id}/state", post(merchants::set_state))
        .route(
            "/admin/v1/payments/merchants/{id}/stores",
            get(merchants::stores).post(merchants::open_store),
        )
        .route(
            "/admin/v1/payments/merchants/{id}/keys",
            get(merchants::keys).post(merchants::issue_key),
        )
        .route("/admin/v1/payments/merchants/{id}/keys/{key}/revoke", post(merchants::revoke_key))
        .route(
            "/admin/v1/payments/merchants/{id}/fees",
            get(merchants::fee).put(merchants::set_fee),
        )
        .route("/admin/v1/payments/merchants/{id}/qr.svg", get(merchants::code))
        .route("/admin/v1/payments/wallets/search", post(wallets::search))
        .route("/admin/v1/payments/wallets/{id}/statement", get(wallets::statement))
        .route("/admin/v1/payments/wallets/{id}/freeze", post(wallets::freeze))
        .route("/admin/v1/payments/wallets/{id}/unfreeze", post(wallets::unfreeze))
        .route("/admin/v1/payments/adjustments", post(wallets::adjust))
        .route("/admin/v1/payments/reviews", get(reviews::list))
        .route("/admin/v1/payments/reviews/{order}/credit", post(reviews::credit))
        .route("/admin/v1/payments/reviews/{order}/refund", post(reviews::refund))
        .route("/admin/v1/payments/approvals", get(approvals::list))
        .route("/admin/v1/payments/approvals/{id}/approve", post(approvals::approve))
        .route("/admin/v1/payments/approvals/{id}/refuse", post(approvals::refuse))
        .route("/admin/v1/payments/billers", get(billers::list).post(billers::create))
        .route("/admin/v1/payments/billers/{code}", put(billers::change))
        .route("/admin/v1/payments/billers/{code}/bills/{number}/cancel", post(bills::cancel))
        .route(
            "/admin/v1/payments/billers/{code}/keys",
            get(biller_keys::list).post(biller_keys::issue),
        )
        .route("/admin/v1/payments/billers/{code}/keys/{key}/revoke", post(biller_keys::revoke))
        .route("/admin/v1/payments/billers/{code}/qr", put(billers::set_target))
        .route("/admin/v1/payments/limits", get(limits::read).post(limits::propose))
        .route("/admin/v1/payments/imports/{id}", get(bills::read_import))
        .route("/admin/v1/payments/search", get(search::search))
        .route("/admin/v1/payments/runs", get(reconciliation::runs))
        .route("/admin/v1/payments/breaks", get(reconciliation::breaks))
        .route("/admin/v1/payments/breaks/{id}/resolve", post(reconciliation::resolve))
        .route("/admin/v1/payments/suspense", get(suspense::list))
        .route("/admin/v1/payments/suspense/{posting}/release", post(suspense::release))
        .route("/admin/v1/payments/backing", get(backing::read))
        .route("/admin/v1/payments/bank-balances", post(backing::enter))
        .route("/public/v1/payments/backing/{day}", get(backing::published))
        .route("/admin/v1/payments/refunds", get(refunds::list).post(refunds::request))
        .route("/admin/v1/payments/refunds/{id}", get(refunds::read))
        .route("/admin/v1/payments/settlements", get(settlements::list).post(settlements::settle))
        .route("/admin/v1/payments/settlements/{id}", get(settlements::read))
        .route("/admin/v1/payments/settlements/{id}/paid", post(settlements::paid))
        .route("/admin/v1/payments/settlements/{id}/returned", post(settlements::returned))
}

/// The routes that take files.
pub fn import_routes() -> Router<App> {
    let limit = RequestBodyLimitLayer::new(MAX_IMPORT_BYTES);
    Router::new()
        .route("/admin/v1/payments/billers/{code}/bills", post(bills::import))
        .route("/admin/v1/payments/statements", post(reconciliation::import))
        .layer(limit)
}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        merchants::list,
        merchants::create,
        merchants::one,
        merchants::edit,
        merchants::set_state,
        merchants::stores,
        merchants::open_store,
        merchants::keys,
        merchants::issue_key,
        merchants::revoke_key,
        merchants::fee,
        merchants::set_fee,
        merchants::code,
        wallets::search,
        wallets::statement,
        wallets::freeze,
        wallets::unfreeze,
        wallets::adjust,
        approvals::list,
        approvals::approve,
        approvals::refuse,
        reviews::list,
        reviews::credit,
        billers::list,
        billers::create,
        billers::change,
        billers::set_target,
        biller_keys::list,
        biller_keys::issue,
        biller_keys::revoke,
        bills::import,
        bills::read_import,
        bills::cancel,
        limits::read,
        limits::propose,
        refunds::list,
        refunds::read,
        refunds::request,
        settlements::list,
        settlements::read,
        settlements::paid,
        settlements::returned,
        settlements::settle,
        backing::read,
        backing::enter,
        reconciliation::import,
        reconciliation::runs,
        reconciliation::breaks,
        reconciliation::resolve,
        suspense::list,
        suspense::release,
        reviews::refund,
        search::search
    ),
    tags((name = "payments", description = "Wallets, the ledger, what a second officer decides"))
)]
struct Document;

/// The staff routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
