//! The route table.

mod admin;
mod internal;
mod jwks;
mod openapi;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};
use city_boot::Profile;

pub use self::openapi::openapi;
use crate::app::App;

/// Every route of the service; what stands in for an identity provider is there in the development profile only.
pub fn routes(app: Arc<App>, profile: Profile) -> Router {
    let routes = Router::new()
        // public, behind the gateway
        .route("/.well-known/jwks.json", get(jwks::get))
        .route("/auth/v1/refresh", post(internal::refresh_session::post))
        .route("/auth/v1/sign-out", post(internal::sign_out::post))
        // the gateway's, for people
        .route("/internal/v1/request-phone-code", post(internal::request_phone_code::post))
        .route("/internal/v1/confirm-phone-code", post(internal::confirm_phone_code::post))
        .route("/internal/v1/refresh-session", post(internal::refresh_session::post))
        .route("/internal/v1/sign-out", post(internal::sign_out::post))
        .route("/internal/v1/viewer", post(internal::viewer::post))
        .route("/internal/v1/set-wallet-pin", post(internal::set_wallet_pin::post))
        .route("/internal/v1/create-step-up", post(internal::create_step_up::post))
        // the gateway's, for itself
        .route("/internal/v1/sessions/{sid}", get(internal::sessions::get))
        .route("/internal/v1/sessions/seen", post(internal::sessions::post_seen))
        // other services'
        .route("/internal/v1/people/{id}/contact", post(internal::contact::post))
        .route("/internal/v1/people/{id}/prefill", post(internal::prefill::post))
        .route("/internal/v1/people/by-phone", post(internal::by_phone::post))
        .route("/internal/v1/staff/holders", post(internal::holders::post))
        // staff
        .route("/admin/v1/auth/sessions", post(admin::sign_in::post))
        .route("/admin/v1/auth/refresh", post(admin::refresh::post))
        .route("/admin/v1/auth/session", delete(admin::sign_out::delete))
        .route("/admin/v1/me", get(admin::me::get));
    let routes = if profile.is_development() {
        routes.route("/internal/v1/dev/identity", post(internal::dev_identity::post))
    } else {
        routes
    };
    routes.with_state(app)
}
