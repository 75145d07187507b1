//! Files of an applicant: leave to upload, attach, take away, fetch.

use axum::extract::State;
use axum::response::Response;
use city_auth::Filer;
use city_contracts::catalogue::dossier::{
    AttachComponent, DetachComponent, DownloadDossierFile, RequestComponentUpload,
};
use city_http::{Json, Problem};

use super::never;
use crate::app::App;
use crate::app::dossier as app_dossier;

/// `POST /internal/v1/request-component-upload`
pub async fn request_upload(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<RequestComponentUpload>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::request_component_upload(&app, &filer, &request).await?)))
}

/// `POST /internal/v1/attach-component`
pub async fn attach(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<AttachComponent>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::attach_component(&app, &filer, &request).await?)))
}

/// `POST /internal/v1/detach-component`
pub async fn detach(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<DetachComponent>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::detach_component(&app, &filer, &request).await?)))
}

/// `POST /internal/v1/download-dossier-file`
pub async fn download(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<DownloadDossierFile>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::download_file(&app, &filer, &request).await?)))
}
