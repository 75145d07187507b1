//! Events and the addresses that hear of them.

use axum::extract::State;
use axum::response::IntoResponse;
use city_clock::Timestamp;
use city_contracts::problem::Finding;
use city_http::{Json, Path, Problem, Query};
use city_ids::{EventId, WebhookEndpointId};
use http::header;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::signed::SignedByPayee;
use crate::app::App;
use crate::app::payee::{self, Again, OpenedEndpoint};
use crate::error::{Error, broken};
use crate::http::shown_once::ShownOnce;
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
    secret: ShownOnce,
}

/// An endpoint.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    id: WebhookEndpointId,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<ShownOnce>,
    created_at: Timestamp,
    succeeded_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    waiting: i64,
    dead: i64,
}

impl EndpointView {
    fn of(endpoint: Endpoint, secret: Option<SecretString>) -> Self {
        let Endpoint { id, url, created_at, succeeded_at, disabled_at, waiting, dead } = endpoint;
        let secret = secret.map(ShownOnce::from);
        Self { id, url, secret, created_at, succeeded_at, disabled_at, waiting, dead }
    }
}

/// `GET /merchant/v1/events?after`
pub async fn events(
    State(app): State<App>,
    Query(query): Query<EventQuery>,
    call: SignedByPayee,
) -> Result<Json<EventPage>, Problem> {
    let (events, has_next_page) =
        payee::list_events(&app, call.owner, query.first, query.after).await?;
    let events = events.into_iter().map(|event| serde_json::from_str(&event.body));
    let events = events.collect::<Result<_, _>>();
    let events = events.map_err(|error| broken("reading an event", error))?;
    Ok(Json(EventPage { events, has_next_page }))
}

/// `GET /merchant/v1/webhooks`
pub async fn list(
    State(app): State<App>,
    call: SignedByPayee,
) -> Result<Json<Vec<EndpointView>>, Problem> {
    let endpoints = payee::list_endpoints(&app, call.owner).await?;
    Ok(Json(endpoints.into_iter().map(|endpoint| EndpointView::of(endpoint, None)).collect()))
}

/// `POST /merchant/v1/webhooks`
pub async fn open(
    State(app): State<App>,
    call: SignedByPayee,
) -> Result<impl IntoResponse, Problem> {
    let EndpointRequest { url } = call.json()?;
    let opened = payee::open_endpoint(&app, call.owner, &url).await?;
    let OpenedEndpoint { endpoint, secret } = opened;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(EndpointView::of(endpoint, secret))))
}

/// `POST /merchant/v1/webhooks/{id}/rotate`
pub async fn rotate(
    State(app): State<App>,
    Path(id): Path<WebhookEndpointId>,
    call: SignedByPayee,
) -> Result<impl IntoResponse, Problem> {
    let secret = payee::rotate_secret(&app, call.owner, id).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(SecretView { secret: secret.into() })))
}

/// `POST /merchant/v1/webhooks/{id}/replay`
pub async fn replay(
    State(app): State<App>,
    Path(id): Path<WebhookEndpointId>,
    call: SignedByPayee,
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
    let events = payee::replay_events(&app, call.owner, id, again).await?;
    Ok(Json(ReplayView { events }))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_secret_of_an_endpoint_is_sent_and_not_logged() {
        let secret = || SecretString::from("whsec_c0ffee");
        let endpoint = Endpoint {
            id: WebhookEndpointId::restore(Uuid::from_u128(1)),
            url: "https://example.org/".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
            succeeded_at: None,
            disabled_at: None,
            waiting: 0,
            dead: 0,
        };
        let opened = EndpointView::of(endpoint, Some(secret()));
        let rotated = SecretView { secret: secret().into() };

        for (sent, logged) in [
            (serde_json::to_value(&opened).unwrap(), format!("{opened:?}")),
            (serde_json::to_value(&rotated).unwrap(), format!("{rotated:?}")),
        ] {
            assert_eq!(sent["secret"], "whsec_c0ffee");
            assert!(!logged.contains("c0ffee"), "{logged}");
        }
    }
}
