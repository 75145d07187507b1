//! What the development profile offers to nobody but the machine itself.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use city_http::{Kind, Problem};
use http::request::Parts;

/// Proof that a request was made on this machine.
#[derive(Debug)]
pub struct OwnMachine(());

impl<S: Sync> FromRequestParts<S> for OwnMachine {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let is_loopback =
            peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
        // A request that a proxy brought is not the machine's own, wherever the proxy stands.
        let headers = &parts.headers;
        let is_brought =
            headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
        if is_loopback && !is_brought {
            return Ok(Self(()));
        }
        Err(Problem::new(Kind::NotFound, "NOT_FOUND", "there is nothing here"))
    }
}
