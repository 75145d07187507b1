//! Events and the addresses that hear of them.

use axum::extract::State;
use axum::response::IntoResponse;
use city_clock::Timestamp;
use city_contracts::problem::Finding;
use city_http::{Json, Path, Problem, Query};
use city_ids::{EventId, WebhookEndpointId};
use http::header;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::signed::Signed;
use crate::app::App;
use crate::app::merchant::{self, Again, OpenedEndpoint};
use crate::error::{Error, broken};
use crate::store::webhook::Endpoint;

/// Which part of the events.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventQuery {
    /// 1 to 100 events.
    #[serde(default = "crate::http::page::page_size")]
    first: u32,
    /// The `seq` of the last event that is known; without it, from the oldest that is kept.
    #[serde(default)]
    after: Option<i64>,
}

/// Events, each as it is sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventPage {
    events: Vec<Value>,
    has_next_page: bool,
}

/// To hear of events.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointRequest {
    url: String,
}

/// To have events sent again: one, or those of a time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplayRequest {
    #[serde(default)]
    event: Option<EventId>,
    #[serde(default)]
    from: Option<Timestamp>,
    #[serde(default)]
    until: Option<Timestamp>,
}

/// How many are sent again.
#[derive(Debug, Serialize)]
pub struct ReplayView {
    events: u64,
}

/// A new secret, shown this once.
#[derive(Debug, Serialize)]
pub struct SecretView {
    secret: String,
}

/// An endpoint.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    id: WebhookEndpointId,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    created_at: Timestamp,
    succeeded_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    waiting: i64,
    dead: i64,
}

impl EndpointView {
    fn of(endpoint: Endpoint, secret: Option<String>) -> Self {
        let Endpoint { id, url, created_at, succeeded_at, disabled_at, waiting, dead } = endpoint;
        Self { id, url, secret, created_at, succeeded_at, disabled_at, waiting, dead }
    }
}

/// `GET /merchant/v1/events?after`
pub async fn events(
    State(app): State<App>,
    Query(query): Query<EventQuery>,
    call: Signed,
) -> Result<Json<EventPage>, Problem> {
    let (events, has_next_page) =
        merchant::list_events(&app, call.merchant, query.first, query.after).await?;
    let events = events.into_iter().map(|event| serde_json::from_str(&event.body));
    let events = events.collect::<Result<_, _>>();
    let events = events.map_err(|error| broken("reading an event", error))?;
    Ok(Json(EventPage { events, has_next_page }))
}

/// `GET /merchant/v1/webhooks`
pub async fn list(
    State(app): State<App>,
    call: Signed,
) -> Result<Json<Vec<EndpointView>>, Problem> {
    let endpoints = merchant::list_endpoints(&app, call.merchant).await?;
    Ok(Json(endpoints.into_iter().map(|endpoint| EndpointView::of(endpoint, None)).collect()))
}

/// `POST /merchant/v1/webhooks`
pub async fn open(State(app): State<App>, call: Signed) -> Result<impl IntoResponse, Problem> {
    let EndpointRequest { url } = call.json()?;
    let opened = merchant::open_endpoint(&app, call.merchant, &url).await?;
    let OpenedEndpoint { endpoint, secret } = opened;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(EndpointView::of(endpoint, secret))))
}

/// `POST /merchant/v1/webhooks/{id}/rotate`
pub async fn rotate(
    State(app): State<App>,
    Path(id): Path<WebhookEndpointId>,
    call: Signed,
) -> Result<impl IntoResponse, Problem> {
    let secret = merchant::rotate_secret(&app, call.merchant, id).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(SecretView { secret })))
}

/// `POST /merchant/v1/webhooks/{id}/replay`
pub async fn replay(
    State(app): State<App>,
    Path(id): Path<WebhookEndpointId>,
    call: Signed,
) -> Result<Json<ReplayView>, Problem> {
    let request: ReplayRequest = call.json()?;
    let again = match (request.event, request.from, request.until) {
        (Some(event), None, None) => Again::Event(event),
        (None, Some(from), until) => Again::Between(from, until.unwrap_or(Timestamp::MAX_UTC)),
        _ => {
            let message = "name an event, or from when on";
            return Err(Error::Input(vec![Finding::new("/event", "ONE_OF", message)]).into());
        }
    };
    let events = merchant::replay_events(&app, call.merchant, id, again).await?;
    Ok(Json(ReplayView { events }))
}
