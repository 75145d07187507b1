//! From an HTTP request to a WebSocket: who may open one, and the handshake (RFC 6455).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use city_clients::AppHeaders;
use city_contracts::common::Locale;
use city_http::{Kind, Problem};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use super::Live;
use super::connection::{self, Opening};
use super::protocol::{self, Close, MAX_MESSAGE_BYTES, SUBPROTOCOL};
use crate::limit::{address, table};

const BUFFER_BYTES: usize = 4 * 1024;
const MOST_WAITING_BYTES: usize = 256 * 1024 + BUFFER_BYTES;

/// Takes the requests that want to become a WebSocket out of those to `/graphql`.
pub async fn intercept(State(live): State<Arc<Live>>, request: Request, next: Next) -> Response {
    if request.uri().path() == "/graphql"
        && request.method() == Method::GET
        && protocol::is_upgrade(request.headers())
    {
        upgrade(live, request).await
    } else {
        next.run(request).await
    }
}

/// Answers an upgrade: 101, or a refusal before anything is opened.
async fn upgrade(live: Arc<Live>, mut request: Request) -> Response {
    let address = live.app.addresses.of(&request);
    match admitted(&live, address, request.headers()).await {
        Err(problem) => problem.into_response(),
        Ok((place, accept)) => {
            let headers = request.headers();
            let offers_ours = protocol::offers_subprotocol(headers);
            let authorization = headers
                .get(header::AUTHORIZATION)
                .map(|line| line.to_str().unwrap_or_default().to_owned());
            let locale = Locale::from_accept_language(text(headers, header::ACCEPT_LANGUAGE));
            let app = AppHeaders::read(headers);
            let opening = Opening { place, address, authorization, locale, app };
            let upgraded = hyper::upgrade::on(&mut request);
            let tasks = live.tasks.clone();
            tasks.spawn(async move {
                let Ok(upgraded) = upgraded.await else { return };
                let io = TokioIo::new(upgraded);
                let socket =
                    WebSocketStream::from_raw_socket(io, Role::Server, Some(config())).await;
                if offers_ours {
                    connection::serve(live, socket, opening).await;
                } else {
                    refuse_subprotocol(socket).await;
                }
            });
            switching(&accept, offers_ours)
        }
    }
}

/// The checks that need no socket: handshake, origin, drain, caps.
async fn admitted(
    live: &Arc<Live>,
    address: std::net::IpAddr,
    headers: &HeaderMap,
) -> Result<(super::sockets::Place, String), Problem> {
    let refused = |status, kind, code, detail: &str| Problem::at(status, kind, code, detail);
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|key| key.len() == 24);
    let Some(key) = key.filter(|_| text(headers, header::SEC_WEBSOCKET_VERSION) == "13") else {
        let detail = "send Sec-WebSocket-Version: 13 and a key";
        return Err(refused(StatusCode::BAD_REQUEST, Kind::Invalid, "BAD_REQUEST", detail));
    };
    if !is_our_origin(headers, &live.app.config.web_origins) {
        return Err(Problem::new(Kind::Forbidden, "ORIGIN", "this origin may not open a socket"));
    }
    if live.draining.is_cancelled() {
        return Err(Problem::new(Kind::Unavailable, "UNAVAILABLE", "this process is ending"));
    }
    let key_of_limits = address::host_key(address);
    for limit in [&table::ANY_REQUEST, &table::WEBSOCKET_ADDRESS] {
        live.app.limits.check(limit, &key_of_limits, 1).await?;
    }
    let place = live.sockets.open();
    let full = || {
        Problem::new(
            Kind::Unavailable,
            "UNAVAILABLE",
            "this process has no place for another socket",
        )
    };
    Ok((place.ok_or_else(full)?, derive_accept_key(key.as_bytes())))
}

/// No `Origin` is no browser. A page of the server itself, such as the schema browser, is at home.
fn is_our_origin(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let origin = origin.to_str().unwrap_or_default();
    let own = origin
        .split_once("://")
        .is_some_and(|(_, host)| !host.is_empty() && host == text(headers, header::HOST));
    own || allowed.iter().any(|ours| ours == origin)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn switching(accept: &str, offers_ours: bool) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(accept) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    if offers_ours {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    }
    response
}

/// A browser shows a page the close code only after a handshake, so that is how it is told.
async fn refuse_subprotocol(mut socket: WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>) {
    let reason = Close::UnknownSubprotocol;
    let frame = CloseFrame { code: reason.code().into(), reason: reason.reason().into() };
    let farewell = async {
        if socket.close(Some(frame)).await.is_ok() {
            use futures_util::StreamExt as _;
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(1), farewell).await.unwrap_or_default();
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0) // a frame is flushed as soon as it is written
        .max_write_buffer_size(MOST_WAITING_BYTES)
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ours(origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8080"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        is_our_origin(&headers, &["https://console.city.example".to_owned()])
    }

    #[test]
    fn a_foreign_page_opens_no_socket() {
        assert!(is_ours(None));
        assert!(is_ours(Some("https://console.city.example")));
        assert!(is_ours(Some("http://127.0.0.1:8080")));
        for origin in [
            "https://evil.example",
            "null",
            "",
            "https://console.city.example.evil.example",
            "https://",
        ] {
            assert!(!is_ours(Some(origin)), "{origin}");
        }
    }
}
