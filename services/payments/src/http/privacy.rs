//! What accounts asks about a person: may they be forgotten, what is there of them, forget them.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_auth::{Callers, Peer};
use city_contracts::payments::privacy::PrivacySubject;
use city_http::{Json, Path, Problem};
use city_ids::ServiceName;
use http::header;
use serde::Serialize;
use uuid::Uuid;

use crate::app::{self, App};
use crate::error::Error;

/// Accounts alone.
pub enum Accounts {}

impl Callers for Accounts {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Accounts];
}

/// The id of a request of accounts: a bare UUID, since it becomes part of a key in the store.
fn parse(request: &str) -> Result<Uuid, Error> {
    Uuid::try_parse(request).map_err(|_| Error::NotFound)
}

fn never<T: Serialize>(answer: Json<T>) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

/// `POST /internal/v1/privacy/{request}/precheck`
pub async fn precheck(
    State(app): State<App>,
    _accounts: Peer<Accounts>,
    Path(request): Path<String>,
    Json(subject): Json<PrivacySubject>,
) -> Result<Response, Problem> {
    parse(&request)?;
    Ok(never(Json(app::privacy::precheck(&app, subject.account).await?)))
}

/// `POST /internal/v1/privacy/{request}/export`
pub async fn export(
    State(app): State<App>,
    _accounts: Peer<Accounts>,
    Path(request): Path<String>,
    Json(subject): Json<PrivacySubject>,
) -> Result<Response, Problem> {
    Ok(never(Json(app::privacy::export(&app, parse(&request)?, subject.account).await?)))
}

/// `POST /internal/v1/privacy/{request}/erase`
pub async fn erase(
    State(app): State<App>,
    _accounts: Peer<Accounts>,
    Path(request): Path<String>,
    Json(subject): Json<PrivacySubject>,
) -> Result<Response, Problem> {
    Ok(never(Json(app::privacy::erase(&app, parse(&request)?, subject.account).await?)))
}
