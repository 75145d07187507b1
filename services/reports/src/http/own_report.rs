//! What a resident does: file, withdraw, rate, contest.

use axum::extract::State;
use axum::response::Response;
use city_auth::{Filer, Resident};
use city_contracts::reports::{ContestReport, FileReport, RateReport, WithdrawReport};
use city_http::{Json, Problem};

use crate::app::{self, App};

use super::caching::never;

/// `POST /internal/v1/file-report`
pub async fn file(
    State(app): State<App>,
    filer: Filer,
    Json(request): Json<FileReport>,
) -> Result<Response, Problem> {
    Ok(never(Json(app::file_report(&app, &filer, request).await?)))
}

/// `POST /internal/v1/withdraw-report`
pub async fn withdraw(
    State(app): State<App>,
    resident: Resident,
    Json(request): Json<WithdrawReport>,
) -> Result<Response, Problem> {
    Ok(never(Json(app::withdraw_report(&app, &resident, request).await?)))
}

/// `POST /internal/v1/rate-report`
pub async fn rate(
    State(app): State<App>,
    resident: Resident,
    Json(request): Json<RateReport>,
) -> Result<Response, Problem> {
    Ok(never(Json(app::rate_report(&app, &resident, request).await?)))
}

/// `POST /internal/v1/contest-report`
pub async fn contest(
    State(app): State<App>,
    resident: Resident,
    Json(request): Json<ContestReport>,
) -> Result<Response, Problem> {
    Ok(never(Json(app::contest_report(&app, &resident, request).await?)))
}
