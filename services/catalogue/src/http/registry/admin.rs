//! What editors of the registry and of calendars may do.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use city_auth::{ObjectScope, Staff, permission};
use city_http::{Json, Path, Problem, Query, RequestKey};
use serde::Deserialize;

use crate::app::App;
use crate::app::registry::{
    self, AgencyDraft, AgencyEntry, CalendarDraft, CalendarEntry, CalendarOutcome, PlaceDraft,
    PlacePage, Recorded, SuccessionRecord, Written,
};

/// The routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/admin/v1/places", get(list_places).post(edit_place))
        .route("/admin/v1/places/succession", post(record_succession))
        .route("/admin/v1/agencies/{code}", get(read_agency).put(edit_agency))
        .route("/admin/v1/calendars/{code}", get(list_calendar))
        .route("/admin/v1/calendars/{code}/versions", post(publish_calendar))
}

/// Where a page goes on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceQuery {
    after: Option<String>,
    #[serde(default = "hundred")]
    first: usize,
}

const fn hundred() -> usize {
    100
}

/// `GET /admin/v1/places`
#[utoipa::path(
    get, path = "/admin/v1/places", tag = "registry", operation_id = "listPlaces",
    summary = "Places, present and former",
    params(("after" = Option<String>, Query, description = "The id after which to go on"),
           ("first" = Option<u32>, Query, description = "1 to 100, 100 by default")),
    responses((status = 200, description = "A page in the order of ids", body = PlacePage),
              (status = 403, description = "SCOPE"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.registry.edit")))
)]
pub async fn list_places(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<PlaceQuery>,
) -> Result<Json<PlacePage>, Problem> {
    staff.require_somewhere(permission::REGISTRY_EDIT, app.clock.now())?;
    let snapshot = app.snapshots.get()?;
    Ok(Json(registry::list_places(
        &snapshot.registry,
        query.after.as_deref(),
        query.first.clamp(1, 100),
    )))
}

/// `POST /admin/v1/places`
#[utoipa::path(
    post, path = "/admin/v1/places", tag = "registry", operation_id = "editPlace",
    summary = "Write a ward or commune of today",
    params(("Idempotency-Key" = String, Header, description = "Makes the change happen once")),
    request_body = PlaceDraft,
    responses((status = 200, description = "Its new version", body = Written), (status = 403, description = "SCOPE"),
              (status = 409, description = "STALE, KEY_REUSED"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.registry.edit")))
)]
pub async fn edit_place(
    State(app): State<App>,
    staff: Staff,
    RequestKey(key): RequestKey,
    Json(draft): Json<PlaceDraft>,
) -> Result<Json<Written>, Problem> {
    // A place belongs to no agency: only who edits for the whole city may.
    staff.require(permission::REGISTRY_EDIT, ObjectScope::default(), app.clock.now())?;
    Ok(Json(registry::edit_place(&app, &staff, &key, &draft).await?))
}

/// `POST /admin/v1/places/succession`
#[utoipa::path(
    post, path = "/admin/v1/places/succession", tag = "registry", operation_id = "recordSuccession",
    summary = "Record which units end and what they become",
    description = "Everything in one publication: the past of each unit stays under its code and last day, former units that \
                   had become part of it are led on to its successors.",
    params(("Idempotency-Key" = String, Header, description = "Makes the change happen once")),
    request_body = SuccessionRecord,
    responses((status = 200, description = "What was recorded", body = Recorded), (status = 403, description = "SCOPE"),
              (status = 409, description = "STALE, KEY_REUSED"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.registry.edit")))
)]
pub async fn record_succession(
    State(app): State<App>,
    staff: Staff,
    RequestKey(key): RequestKey,
    Json(record): Json<SuccessionRecord>,
) -> Result<Json<Recorded>, Problem> {
    staff.require(permission::REGISTRY_EDIT, ObjectScope::default(), app.clock.now())?;
    Ok(Json(registry::record_succession(&app, &staff, &key, &record).await?))
}

/// `GET /admin/v1/agencies/{code}`
#[utoipa::path(
    get, path = "/admin/v1/agencies/{code}", tag = "registry", operation_id = "readAgency", summary = "An agency",
    params(("code" = String, Path, description = "Its code, such as HUE-SXD")),
    responses((status = 200, description = "The agency", body = AgencyEntry), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.registry.edit")))
)]
pub async fn read_agency(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Json<AgencyEntry>, Problem> {
    staff.require_somewhere(permission::REGISTRY_EDIT, app.clock.now())?;
    let snapshot = app.snapshots.get()?;
    Ok(Json(registry::staff_agency(&snapshot.registry, &code)?))
}

/// `PUT /admin/v1/agencies/{code}`
#[utoipa::path(
    put, path = "/admin/v1/agencies/{code}", tag = "registry", operation_id = "editAgency", summary = "Write an agency",
    params(("code" = String, Path, description = "Its code, such as HUE-SXD"),
           ("Idempotency-Key" = String, Header, description = "Makes the change happen once")),
    request_body = AgencyDraft,
    responses((status = 200, description = "Its new version", body = Written), (status = 403, description = "SCOPE"),
              (status = 409, description = "STALE, KEY_REUSED"),
              (status = 422, description = "INPUT, PLACE_FORMER, PLACE_UNKNOWN")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.registry.edit")))
)]
pub async fn edit_agency(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(draft): Json<AgencyDraft>,
) -> Result<Json<Written>, Problem> {
    // The agency as it is, not as the draft wants it, decides who may; a new one is below its parent.
    let snapshot = app.snapshots.get()?;
    let known = snapshot.registry.agency(&code).is_some();
    let above = if known { Some(code.as_str()) } else { draft.parent.as_deref() };
    let agencies = above.map(|code| snapshot.registry.agency_chain(code)).unwrap_or_default();
    let object = ObjectScope { ward: None, agencies: &agencies };
    staff.require(permission::REGISTRY_EDIT, object, app.clock.now())?;
    Ok(Json(registry::edit_agency(&app, &staff, &key, &code, &draft).await?))
}

/// `GET /admin/v1/calendars/{code}`
#[utoipa::path(
    get, path = "/admin/v1/calendars/{code}", tag = "registry", operation_id = "listCalendar",
    summary = "The versions of a working calendar, newest first",
    params(("code" = String, Path, description = "Its code, such as VN-HUE")),
    responses((status = 200, description = "Its versions", body = Vec<CalendarEntry>), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.calendar.publish")))
)]
pub async fn list_calendar(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Json<Vec<CalendarEntry>>, Problem> {
    staff.require_somewhere(permission::CALENDAR_PUBLISH, app.clock.now())?;
    let snapshot = app.snapshots.get()?;
    Ok(Json(registry::list_calendar(&snapshot.registry, &code)?))
}

/// Whether it is only tried.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Run {
    #[serde(default = "only_tried")]
    dry_run: bool,
}

const fn only_tried() -> bool {
    true
}

/// `POST /admin/v1/calendars/{code}/versions?dryRun`
#[utoipa::path(
    post, path = "/admin/v1/calendars/{code}/versions", tag = "registry", operation_id = "publishCalendar",
    summary = "Try or publish a version of a working calendar",
    description = "A dry run, the default, says how many open dossiers would move by how many days and which days that are \
                   over would change. Published, dossiers follow within minutes; such days need confirmPast.",
    params(("code" = String, Path, description = "Its code, such as VN-HUE"),
           ("dryRun" = Option<bool>, Query, description = "true unless said otherwise"),
           ("Idempotency-Key" = String, Header, description = "Makes the publication happen once")),
    request_body = CalendarDraft,
    responses((status = 200, description = "What it does or would do", body = CalendarOutcome),
              (status = 403, description = "SCOPE"), (status = 409, description = "STALE, PAST_DAYS, KEY_REUSED"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.calendar.publish")))
)]
pub async fn publish_calendar(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    Query(run): Query<Run>,
    RequestKey(key): RequestKey,
    Json(draft): Json<CalendarDraft>,
) -> Result<Json<CalendarOutcome>, Problem> {
    staff.require(permission::CALENDAR_PUBLISH, ObjectScope::default(), app.clock.now())?;
    if run.dry_run {
        return Ok(Json(registry::preview_calendar(&app, &code, &draft).await?));
    }
    Ok(Json(registry::publish_calendar(&app, &staff, &key, &code, &draft).await?))
}

/// The staff routes of this part.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(list_places, edit_place, record_succession, read_agency, edit_agency, list_calendar, publish_calendar),
    tags((name = "registry", description = "Places, agencies, working calendars"))
)]
pub struct Document;
