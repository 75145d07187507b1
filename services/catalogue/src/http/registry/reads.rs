//! What residents and apps read of the registry.

use axum::extract::State;
use axum::response::Response;
use city_auth::{Anyone, PrincipalKind};
use city_clock::hue_day;
use city_contracts::catalogue::registry::{AgencyByCode, PlaceAtPoint, PlaceByCode};
use city_http::{Json, Problem};
use http::HeaderMap;

use crate::app::App;
use crate::app::registry::{self, IsStaff};
use crate::http::caching::{self, Public};

/// `POST /internal/v1/place`
pub async fn place(
    State(app): State<App>,
    _: Anyone,
    headers: HeaderMap,
    Json(input): Json<PlaceByCode>,
) -> Result<Response, Problem> {
    let snapshot = app.snapshots.get()?;
    let place = registry::place(&snapshot.registry, &input)?;
    Ok(Public::of(&snapshot, &headers, &["place", &input.code]).answer(|| place))
}

/// `POST /internal/v1/wards`
pub async fn wards(
    State(app): State<App>,
    _: Anyone,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = app.snapshots.get()?;
    Ok(Public::of(&snapshot, &headers, &["wards"]).answer(|| registry::wards(&snapshot.registry)))
}

/// `POST /internal/v1/agency`
pub async fn agency(
    State(app): State<App>,
    _: Anyone,
    headers: HeaderMap,
    Json(input): Json<AgencyByCode>,
) -> Result<Response, Problem> {
    let (snapshot, today) = (app.snapshots.get()?, hue_day(app.clock.now()));
    let agency = registry::agency(&snapshot.registry, &input, today)?;
    let also = ["agency", &input.code, &input.days.to_string(), &today.to_string()];
    Ok(Public::of(&snapshot, &headers, &also).answer(|| agency))
}

/// `POST /internal/v1/categories`: those for staff are not for everybody to keep.
pub async fn categories(
    State(app): State<App>,
    anyone: Anyone,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = app.snapshots.get()?;
    let is_staff = IsStaff(anyone.0.kind == PrincipalKind::Staff);
    let categories = || registry::categories(&snapshot.registry, is_staff);
    Ok(if is_staff.0 {
        caching::never(Json(categories()))
    } else {
        Public::of(&snapshot, &headers, &["categories"]).answer(categories)
    })
}

/// `POST /internal/v1/life-events`
pub async fn life_events(
    State(app): State<App>,
    _: Anyone,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = app.snapshots.get()?;
    let events = || registry::life_events(&snapshot.registry);
    Ok(Public::of(&snapshot, &headers, &["life-events"]).answer(events))
}

/// `POST /internal/v1/place-at`: a position is nobody else's, so nobody keeps the answer.
pub async fn place_at(
    State(app): State<App>,
    _: Anyone,
    Json(input): Json<PlaceAtPoint>,
) -> Result<Response, Problem> {
    let snapshot = app.snapshots.get()?;
    Ok(caching::never(Json(registry::place_at(&snapshot.registry, &input)?)))
}
