//! Where a request comes from. The front door says so in a header of its own, never in one of the client's, and proves itself by
//! the token that every request of its carries; what anybody else says there is not believed.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use city_auth::Principal;
use city_ids::ServiceName;
use http::{Extensions, HeaderMap};

/// The client's address as the front door counts it: of IPv4 all of it, of IPv6 the first 64 bits. None when it is not the front
/// door that calls.
pub fn said<'a>(extensions: &Extensions, headers: &'a HeaderMap) -> Option<&'a str> {
    let caller = extensions.get::<Principal>().map(|principal| principal.issuer);
    only(headers, "x-city-address").filter(|_| caller == Some(ServiceName::Gateway))
}

/// The same, or the address of whoever connected, when that is not the front door.
pub fn client(extensions: &Extensions, headers: &HeaderMap) -> Option<String> {
    let peer = || extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string());
    said(extensions, headers).map(ToOwned::to_owned).or_else(peer)
}

/// A header that comes twice is no header.
pub fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().and_then(|value| value.to_str().ok());
    value.filter(|_| values.next().is_none())
}
