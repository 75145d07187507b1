//! The frames of `graphql-transport-ws` and the codes with which we close. Pure: no socket is touched here.

use http::HeaderMap;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// The one subprotocol we speak.
pub const SUBPROTOCOL: &str = "graphql-transport-ws";
/// The longest message a client may send.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// Ids are the client's own; longer ones would cost memory for nothing.
const MAX_ID_BYTES: usize = 128;

/// Why we close. The 44xx codes are the protocol's, the others those of RFC 6455.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    BadMessage,
    SubscribeBeforeAck,
    TokenRefused,
    SessionEnded,
    UnknownSubprotocol,
    InitTimeout,
    SecondInit,
    IdInUse,
    TooManyMessages,
    MessageTooLong,
    OurFault,
    Drain,
    GrantsChanged,
    SlowReader,
    TooManyConnections,
    SessionUnconfirmed,
}

impl Close {
    /// The code of the close frame.
    pub const fn code(self) -> u16 {
        match self {
            Self::BadMessage => 4400,
            Self::SubscribeBeforeAck => 4401,
            Self::TokenRefused | Self::SessionEnded => 4403,
            Self::UnknownSubprotocol => 4406,
            Self::InitTimeout => 4408,
            Self::IdInUse => 4409,
            Self::SecondInit => 4429,
            Self::TooManyMessages => 1008,
            Self::MessageTooLong => 1009,
            Self::OurFault => 1011,
            Self::Drain | Self::GrantsChanged => 1012,
            Self::SlowReader | Self::TooManyConnections | Self::SessionUnconfirmed => 1013,
        }
    }

    /// The reason beside the code, in the words of the protocol where it has some.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::BadMessage => "Invalid message",
            Self::SubscribeBeforeAck => "Unauthorized",
            Self::TokenRefused => "Forbidden",
            Self::SessionEnded => "Session ended",
            Self::UnknownSubprotocol => "Subprotocol not acceptable",
            Self::InitTimeout => "Connection initialisation timeout",
            Self::SecondInit => "Too many initialisation requests",
            Self::IdInUse => "Subscriber already exists",
            Self::TooManyMessages => "Too many messages",
            Self::MessageTooLong => "Message too long",
            Self::OurFault => "Internal error",
            Self::Drain => "Going away",
            Self::GrantsChanged => "Permissions changed",
            Self::SlowReader => "Reads too slowly",
            Self::TooManyConnections => "Too many connections",
            Self::SessionUnconfirmed => "Session cannot be confirmed",
        }
    }
}

/// What a client says.
#[derive(Debug)]
pub enum ClientFrame {
    /// The token of its payload, if it has one, with or without `Bearer `.
    Init {
        authorization: Option<String>,
        language: Option<String>,
    },
    Ping,
    Pong,
    /// `payload` is the JSON of the parameters, not yet looked at.
    Subscribe {
        id: String,
        payload: Box<RawValue>,
    },
    Complete {
        id: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    payload: Option<Box<RawValue>>,
}

/// Reads a frame.
///
/// # Errors
/// [`Close::BadMessage`] for what the protocol does not know.
pub fn read(text: &str) -> Result<ClientFrame, Close> {
    let frame: Frame = serde_json::from_str(text).map_err(|_| Close::BadMessage)?;
    let id = |id: Option<String>| {
        id.filter(|id| (1..=MAX_ID_BYTES).contains(&id.len())).ok_or(Close::BadMessage)
    };
    match (frame.kind.as_str(), frame.payload) {
        ("connection_init", payload) => init(payload.as_deref()),
        ("ping", _) => Ok(ClientFrame::Ping),
        ("pong", _) => Ok(ClientFrame::Pong),
        ("subscribe", Some(payload)) => Ok(ClientFrame::Subscribe { id: id(frame.id)?, payload }),
        ("complete", _) => Ok(ClientFrame::Complete { id: id(frame.id)? }),
        _ => Err(Close::BadMessage),
    }
}

fn init(payload: Option<&RawValue>) -> Result<ClientFrame, Close> {
    let payload: Value = match payload {
        Some(payload) => serde_json::from_str(payload.get()).map_err(|_| Close::BadMessage)?,
        None => Value::Null,
    };
    // Header names come in whatever case the client's library writes them.
    let member = |name: &str| match &payload {
        Value::Object(members) => members
            .iter()
            .find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null())
            .map(|(_, value)| value.as_str().map(str::to_owned).ok_or(Close::BadMessage))
            .transpose(),
        Value::Null => Ok(None),
        _ => Err(Close::BadMessage),
    };
    Ok(ClientFrame::Init {
        authorization: member("authorization")?,
        language: member("accept-language")?,
    })
}

/// `connection_ack`.
pub fn ack() -> String {
    json!({ "type": "connection_ack" }).to_string()
}

/// `pong`.
pub fn pong() -> String {
    json!({ "type": "pong" }).to_string()
}

/// `next` with a result that is already JSON: many receivers share it, only the id is theirs.
pub fn next(id: &str, result: &str) -> String {
    format!(r#"{{"type":"next","id":{},"payload":{result}}}"#, Value::from(id))
}

/// `error` with the `errors` of a request that did not run; the operation is over.
pub fn error(id: &str, errors: &Value) -> String {
    json!({ "type": "error", "id": id, "payload": errors }).to_string()
}

/// `complete`.
pub fn complete(id: &str) -> String {
    json!({ "type": "complete", "id": id }).to_string()
}

/// Whether a request asks to become a WebSocket.
pub fn is_upgrade(headers: &HeaderMap) -> bool {
    names(headers, "connection", "upgrade") && names(headers, "upgrade", "websocket")
}

/// Whether the client offers our subprotocol.
pub fn offers_subprotocol(headers: &HeaderMap) -> bool {
    names(headers, "sec-websocket-protocol", SUBPROTOCOL)
}

fn names(headers: &HeaderMap, header: &str, token: &str) -> bool {
    let lines = headers.get_all(header).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|entry| entry.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_the_protocol_are_read() {
        let init =
            read(r#"{"type":"connection_init","payload":{"Authorization":"Bearer x","other":1}}"#);
        assert!(
            matches!(init, Ok(ClientFrame::Init { authorization: Some(token), .. }) if token == "Bearer x")
        );
        assert!(matches!(
            read(r#"{"type":"connection_init"}"#),
            Ok(ClientFrame::Init { authorization: None, .. })
        ));
        assert!(matches!(read(r#"{"type":"ping","payload":{"a":1}}"#), Ok(ClientFrame::Ping)));
        assert!(matches!(read(r#"{"type":"pong"}"#), Ok(ClientFrame::Pong)));
        let subscribe = read(r#"{"id":"1","type":"subscribe","payload":{"query":"{a}"}}"#);
        assert!(
            matches!(subscribe, Ok(ClientFrame::Subscribe { id, payload }) if id == "1" && payload.get() == r#"{"query":"{a}"}"#)
        );
        assert!(
            matches!(read(r#"{"id":"1","type":"complete"}"#), Ok(ClientFrame::Complete { id }) if id == "1")
        );
    }

    #[test]
    fn everything_else_is_a_bad_message() {
        let long = format!(r#"{{"id":"{}","type":"complete"}}"#, "x".repeat(129));
        let frames = [
            "",
            "{}",
            "[]",
            "null",
            "{\"type\":\"start\",\"id\":\"1\"}",
            "{\"type\":\"subscribe\",\"id\":\"1\"}",
            "{\"type\":\"subscribe\",\"payload\":{}}",
            "{\"type\":\"subscribe\",\"id\":\"\",\"payload\":{}}",
            "{\"type\":\"subscribe\",\"id\":7,\"payload\":{}}",
            "{\"type\":\"ping\",\"type\":\"pong\"}",
            "{\"type\":\"connection_init\",\"payload\":[]}",
            "{\"type\":\"connection_init\",\"payload\":{\"authorization\":7}}",
            &long,
        ];
        for frame in frames {
            assert_eq!(read(frame).err(), Some(Close::BadMessage), "{frame}");
        }
    }

    #[test]
    fn an_id_is_escaped_and_a_result_is_not_touched() {
        let frame: Value = serde_json::from_str(&next("a\"b", r#"{"data":{"x":1}}"#)).unwrap();

        assert_eq!(
            frame,
            json!({ "type": "next", "id": "a\"b", "payload": { "data": { "x": 1 } } })
        );
    }

    #[test]
    fn an_upgrade_is_recognised_in_any_case() {
        let mut headers = HeaderMap::new();
        headers.insert("connection", "keep-alive, Upgrade".parse().unwrap());
        headers.insert("upgrade", "WebSocket".parse().unwrap());
        headers
            .insert("sec-websocket-protocol", "graphql-ws, graphql-transport-ws".parse().unwrap());

        assert!(is_upgrade(&headers));
        assert!(offers_subprotocol(&headers));
        headers.remove("connection");
        assert!(!is_upgrade(&headers));
    }
}
