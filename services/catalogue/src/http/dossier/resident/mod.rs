//! What applicants, and anybody with a code, ask about dossiers; and what accounts asks about people.

mod drafts;
mod files;
mod moves;
mod privacy;
mod reads;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use city_contracts::common::Locale;
use http::{HeaderMap, HeaderValue, header};

use crate::app::App;

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/internal/v1/create-dossier", post(drafts::create))
        .route("/internal/v1/save-dossier", post(drafts::save))
        .route("/internal/v1/move-draft-to-current-form", post(drafts::move_to_current_form))
        .route("/internal/v1/discard-dossier", post(drafts::discard))
        .route("/internal/v1/request-component-upload", post(files::request_upload))
        .route("/internal/v1/attach-component", post(files::attach))
        .route("/internal/v1/detach-component", post(files::detach))
        .route("/internal/v1/download-dossier-file", post(files::download))
        .route("/internal/v1/submit-dossier", post(moves::submit))
        .route("/internal/v1/supplement-dossier", post(moves::supplement))
        .route("/internal/v1/withdraw-dossier", post(moves::withdraw))
        .route("/internal/v1/rate-dossier", post(moves::rate))
        .route("/internal/v1/dossier", post(reads::dossier))
        .route("/internal/v1/my-dossiers", post(reads::mine))
        .route("/internal/v1/track-dossier", post(reads::track))
        .route("/internal/v1/privacy/{request}/precheck", post(privacy::precheck))
        .route("/internal/v1/privacy/{request}/export", post(privacy::export))
        .route("/internal/v1/privacy/{request}/erase", post(privacy::erase))
}

/// Nobody keeps it.
fn never(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let policy = HeaderValue::from_static("private, no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, policy);
    response
}

/// The language of findings.
fn locale(headers: &HeaderMap) -> Locale {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Locale::from_accept_language(wanted.unwrap_or(""))
}
