//! What accounts asks about a person: may they be forgotten, what is there of them, forget them.

use axum::extract::State;
use axum::response::Response;
use city_auth::{Callers, Peer};
use city_contracts::catalogue::dossier::PrivacySubject;
use city_http::{Json, Kind, Path, Problem};
use city_ids::ServiceName;
use uuid::Uuid;

use super::never;
use crate::app::App;
use crate::app::dossier as app_dossier;

/// Accounts alone.
pub enum Accounts {}

impl Callers for Accounts {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Accounts];
}

/// The id of a request of accounts: a bare UUID, since it becomes part of a key in the store.
fn parse(request: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(request)
        .map_err(|_| Problem::new(Kind::NotFound, "NOT_FOUND", "there is nothing here"))
}

/// `POST /internal/v1/privacy/{request}/precheck`
pub async fn precheck(
    State(app): State<App>,
    _accounts: Peer<Accounts>,
    Path(request): Path<String>,
    Json(subject): Json<PrivacySubject>,
) -> Result<Response, Problem> {
    parse(&request)?;
    Ok(never(Json(app_dossier::precheck(&app, subject.account).await?)))
}

/// `POST /internal/v1/privacy/{request}/export`
pub async fn export(
    State(app): State<App>,
    _accounts: Peer<Accounts>,
    Path(request): Path<String>,
    Json(subject): Json<PrivacySubject>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::export(&app, parse(&request)?, subject.account).await?)))
}

/// `POST /internal/v1/privacy/{request}/erase`
pub async fn erase(
    State(app): State<App>,
    _accounts: Peer<Accounts>,
    Path(request): Path<String>,
    Json(subject): Json<PrivacySubject>,
) -> Result<Response, Problem> {
    Ok(never(Json(app_dossier::erase(&app, parse(&request)?, subject.account).await?)))
}
