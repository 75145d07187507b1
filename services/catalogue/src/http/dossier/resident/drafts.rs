//! Drafts: begin, go on, move to another form, throw away.

use axum::extract::State;
use axum::response::Response;
use city_auth::Filer;
use city_contracts::catalogue::dossier::{CreateDossier, DossierInput, SaveDossier};
use city_http::{Json, Problem};

use super::never;
use crate::app::App;
use crate::app::dossier as app_dossier;

/// `POST /internal/v1/create-dossier`
pub async fn create(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<CreateDossier>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::create_dossier(&app, &filer, &request).await?)))
}

/// `POST /internal/v1/save-dossier`
pub async fn save(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<SaveDossier>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::save_dossier(&app, &filer, &request).await?)))
}

/// `POST /internal/v1/move-draft-to-current-form`
pub async fn move_to_current_form(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<DossierInput>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::move_draft(&app, &filer, &request).await?)))
}

/// `POST /internal/v1/discard-dossier`
pub async fn discard(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<DossierInput>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::discard_dossier(&app, &filer, &request).await?)))
}
