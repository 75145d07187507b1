//! The resident's live view: `graphql-transport-ws`, as the app's library speaks it.

use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::DemoError;

pub(super) struct Live {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    states: Vec<String>,
}

impl Live {
    /// Opens the connection and subscribes to one report.
    pub(super) async fn open(url: &str, token: &str, report: &str) -> Result<Self, DemoError> {
        let failed = |_| DemoError::Live("opening");
        let url = format!("{}/graphql", url.trim_end_matches('/').replacen("http", "ws", 1));
        let mut request = url.into_client_request().map_err(failed)?;
        let protocol = http::HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (socket, _) = tokio_tungstenite::connect_async(request).await.map_err(failed)?;
        let mut live = Self { socket, states: Vec::new() };
        live.send(&json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } })).await?;
        let ack = live.receive(Duration::from_secs(5)).await?;
        if ack["type"] != "connection_ack" {
            return Err(DemoError::off("opening the live connection", "connection_ack", &ack));
        }
        let query = "subscription Demo($id: ID!) { reportChanged(id: $id) { id version state } }";
        live.send(&json!({ "id": "1", "type": "subscribe", "payload": { "query": query, "variables": { "id": report } } })).await?;
        Ok(live)
    }

    /// Waits until the report was seen in a state.
    pub(super) async fn until(&mut self, state: &str, patience: Duration) -> Result<(), DemoError> {
        let deadline = Instant::now() + patience;
        while !self.states.iter().any(|seen| seen == state) {
            let rest = deadline.saturating_duration_since(Instant::now());
            let message = self.receive(rest).await?;
            match message["type"].as_str() {
                Some("next") => {
                    let seen = message["payload"]["data"]["reportChanged"]["state"].as_str();
                    self.states.extend(seen.map(str::to_owned));
                }
                Some("ping") => self.send(&json!({ "type": "pong" })).await?,
                Some("pong") => {}
                _ => {
                    return Err(DemoError::off(
                        "watching live",
                        format!("state {state}"),
                        &message,
                    ));
                }
            }
        }
        Ok(())
    }

    async fn send(&mut self, message: &Value) -> Result<(), DemoError> {
        self.socket
            .send(Message::text(message.to_string()))
            .await
            .map_err(|_| DemoError::Live("sending"))
    }

    async fn receive(&mut self, patience: Duration) -> Result<Value, DemoError> {
        loop {
            let next = tokio::time::timeout(patience, self.socket.next()).await;
            match next.map_err(|_| DemoError::Live("waiting for a change"))? {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text).map_err(|_| DemoError::Live("reading"));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return Err(DemoError::Live("receiving")),
            }
        }
    }
}
