//! What other services copy of the registry.

use axum::extract::State;
use axum::response::Response;
use city_auth::{Callers, Peer};
use city_http::{Json, Path, Problem, Query};
use city_ids::ServiceName;
use serde::Deserialize;

use crate::app::App;
use crate::app::registry;
use crate::http::caching;

/// The services that keep copies.
#[derive(Debug)]
pub struct Copiers;

impl Callers for Copiers {
    const ALLOWED: &'static [ServiceName] = &[
        ServiceName::Accounts,
        ServiceName::Reports,
        ServiceName::Notifications,
        ServiceName::Payments,
        ServiceName::Gateway,
    ];
}

/// After which publication.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    #[serde(default)]
    since: i64,
}

/// `GET /internal/v1/registry?since=`
pub async fn changes(
    State(app): State<App>,
    _: Peer<Copiers>,
    Query(asked): Query<Since>,
) -> Result<Response, Problem> {
    let snapshot = app.snapshots.get()?;
    Ok(caching::never(Json(registry::changes(&snapshot, asked.since))))
}

/// `GET /internal/v1/calendars/{code}/{version}`: a number, or `current`.
pub async fn calendar(
    State(app): State<App>,
    _: Peer<Copiers>,
    Path((code, version)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let snapshot = app.snapshots.get()?;
    Ok(caching::never(Json(registry::calendar_view(&snapshot, &code, &version)?)))
}
