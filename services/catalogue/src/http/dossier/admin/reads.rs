//! What staff read of dossiers.

use axum::extract::State;
use city_auth::Staff;
use city_http::{Json, Path, Problem, Query};
use city_ids::DossierId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::app::dossier::{
    self, AnswersView, DossierDetail, DossierWorkPage, HistoryPage, StatsAnswer, StatsQuery,
    WorkQuery,
};

/// `GET /admin/v1/dossiers`
#[utoipa::path(
    get, path = "/admin/v1/dossiers", tag = "dossiers", operation_id = "listDossiers",
    summary = "The work list of an agency",
    description = "Open dossiers by their deadline, those without one last. Paging under change repeats none and skips \
                   none whose place in the order stayed.",
    params(WorkQuery),
    responses((status = 200, description = "One page", body = DossierWorkPage), (status = 403, description = "SCOPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.dossier.process")))
)]
pub async fn list(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<WorkQuery>,
) -> Result<Json<DossierWorkPage>, Problem> {
    Ok(Json(dossier::list_work(&app, &staff, &query).await?))
}

/// `GET /admin/v1/dossiers/{id}`
#[utoipa::path(
    get, path = "/admin/v1/dossiers/{id}", tag = "dossiers", operation_id = "readDossier",
    summary = "One dossier, without its answers",
    params(("id" = String, Path, description = "The dossier, such as dos_…")),
    responses((status = 200, description = "The dossier", body = DossierDetail), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.dossier.process")))
)]
pub async fn one(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<DossierId>,
) -> Result<Json<DossierDetail>, Problem> {
    Ok(Json(dossier::staff_dossier(&app, &staff, id).await?))
}

/// Which part of a history.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// The number of the last row seen, 0 to 100,000; the beginning when absent.
    pub after: Option<u32>,
}

/// `GET /admin/v1/dossiers/{id}/history`
#[utoipa::path(
    get, path = "/admin/v1/dossiers/{id}/history", tag = "dossiers", operation_id = "readDossierHistory",
    summary = "What happened to a dossier, and whether nobody changed it since",
    params(("id" = String, Path, description = "The dossier, such as dos_…"), HistoryQuery),
    responses((status = 200, description = "Up to 200 rows", body = HistoryPage), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.dossier.process")))
)]
pub async fn history(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<DossierId>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<HistoryPage>, Problem> {
    let after = i32::try_from(query.after.unwrap_or(0).min(100_000)).unwrap_or(0);
    Ok(Json(dossier::staff_history(&app, &staff, id, after).await?))
}

/// `GET /admin/v1/dossiers/stats`
#[utoipa::path(
    get, path = "/admin/v1/dossiers/stats", tag = "dossiers", operation_id = "countDossiers",
    summary = "Figures of dossiers",
    description = "Of the agencies within the caller's scope. Received and online count by the day of filing, resolved, \
                   on time and late by the day of the decision.",
    params(StatsQuery),
    responses((status = 200, description = "The figures", body = StatsAnswer), (status = 403, description = "SCOPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.dossier.stats")))
)]
pub async fn stats(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<StatsQuery>,
) -> Result<Json<StatsAnswer>, Problem> {
    staff.require_somewhere(city_auth::permission::DOSSIER_STATS, app.clock.now())?;
    Ok(Json(dossier::stats(&app, &staff, &query).await?))
}

/// Why the answers are opened.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AnswersQuery {
    /// 3 to 200 characters; the resident reads it.
    pub purpose: String,
}

/// `GET /admin/v1/dossiers/{id}/answers`
#[utoipa::path(
    get, path = "/admin/v1/dossiers/{id}/answers", tag = "dossiers", operation_id = "readDossierAnswers",
    summary = "Open what the applicant wrote",
    description = "Each reading is written down, with its purpose, where the applicant sees it.",
    params(("id" = String, Path, description = "The dossier, such as dos_…"), AnswersQuery),
    responses((status = 200, description = "The answers", body = AnswersView), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.dossier.process")))
)]
pub async fn answers(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<DossierId>,
    Query(query): Query<AnswersQuery>,
) -> Result<Json<AnswersView>, Problem> {
    Ok(Json(dossier::read_answers(&app, &staff, id, &query.purpose).await?))
}
