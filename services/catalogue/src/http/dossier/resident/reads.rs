//! What applicants read, and what anybody with a code does.

use axum::extract::State;
use axum::response::Response;
use city_auth::{Anyone, Filer};
use city_contracts::catalogue::dossier::{DossierById, ListDossiers, TrackDossier};
use city_http::{Json, Problem};

use super::never;
use crate::app::App;
use crate::app::dossier as app_dossier;

/// `POST /internal/v1/dossier`
pub async fn dossier(
    State(app): State<App>,
    filer: Filer,
    Json(asked): Json<DossierById>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::dossier(&app, &filer, &asked).await?)))
}

/// `POST /internal/v1/my-dossiers`
pub async fn mine(
    State(app): State<App>,
    filer: Filer,
    Json(asked): Json<ListDossiers>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::my_dossiers(&app, &filer, &asked).await?)))
}

/// `POST /internal/v1/track-dossier`
pub async fn track(
    State(app): State<App>,
    _anyone: Anyone,
    Json(asked): Json<TrackDossier>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::track_dossier(&app, &asked).await?)))
}
