//! What applicants do with a dossier: send, answer, take back, rate.

use axum::extract::State;
use axum::response::Response;
use city_auth::Filer;
use city_contracts::catalogue::dossier::{
    DossierInput, RateDossier, SubmitDossier, SupplementDossier,
};
use city_http::{Json, Problem};
use http::HeaderMap;

use super::{locale, never};
use crate::app::App;
use crate::app::dossier as app_dossier;

/// `POST /internal/v1/submit-dossier`
pub async fn submit(
    State(app): State<App>,
    filer: Filer,
    headers: HeaderMap,
    Json(request): Json<SubmitDossier>,
) -> Result<Response, Problem> {
    let locale = locale(&headers);
    Ok(never(Json(app_dossier::submit_dossier(&app, &filer, locale, &request).await?)))
}

/// `POST /internal/v1/supplement-dossier`
pub async fn supplement(
    State(app): State<App>,
    filer: Filer,
    headers: HeaderMap,
    Json(request): Json<SupplementDossier>,
) -> Result<Response, Problem> {
    let locale = locale(&headers);
    Ok(never(Json(app_dossier::supplement_dossier(&app, &filer, locale, &request).await?)))
}

/// `POST /internal/v1/withdraw-dossier`
pub async fn withdraw(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<DossierInput>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::withdraw_dossier(&app, &filer, &request).await?)))
}

/// `POST /internal/v1/rate-dossier`
pub async fn rate(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<RateDossier>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::rate_dossier(&app, &filer, &request).await?)))
}
