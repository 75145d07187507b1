//! One call of an endpoint.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;
use url::{Host, Url};

use crate::domain::webhook::{Loopback, may_call, parse_url};

/// How long an endpoint has for all of it: its name, its handshake and its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why an endpoint did not hear an event.
#[derive(Debug, thiserror::Error)]
pub enum NotHeard {
    /// Its address is none that is called any more.
    #[error("the address is not called")]
    Address,
    /// Its name does not resolve.
    #[error("the name does not resolve")]
    Name,
    /// Its name leads to an address that is not of the public internet.
    #[error("the name leads to an address that is not public")]
    Private,
    /// It took too long.
    #[error("no answer within 10 seconds")]
    Slow,
    /// The connection failed.
    #[error("the connection failed")]
    Connection(#[source] reqwest::Error),
    /// It answered something else than success; redirects are not followed.
    #[error("it answered {0}")]
    Status(u16),
}

/// Sends a signed event to an endpoint.
///
/// The name is resolved here, every address of it looked at, and the connection made to those very addresses: a name that
/// means something else a moment later leads nowhere else.
///
/// # Errors
/// `NotHeard`.
pub async fn call_endpoint(
    url: &str,
    body: String,
    signature: &str,
    loopback: Loopback,
) -> Result<(), NotHeard> {
    let called = timeout(PATIENCE, call(url, body, signature, loopback));
    called.await.unwrap_or(Err(NotHeard::Slow))
}

async fn call(
    url: &str,
    body: String,
    signature: &str,
    loopback: Loopback,
) -> Result<(), NotHeard> {
    let url = parse_url(url, loopback).map_err(|_| NotHeard::Address)?;
    let client = pinned(&url, loopback).await?;
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .header("city-signature", signature)
        .body(body);
    let answer = request.send().await.map_err(NotHeard::Connection)?;
    let status = answer.status();
    if status.is_success() { Ok(()) } else { Err(NotHeard::Status(status.as_u16())) }
}

/// A client that connects to the addresses looked at and to no other.
async fn pinned(url: &Url, loopback: Loopback) -> Result<reqwest::Client, NotHeard> {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy() // a proxy would resolve the name again
        .https_only(url.scheme() == "https")
        .timeout(PATIENCE)
        .pool_max_idle_per_host(0)
        .user_agent("city-webhooks/1");
    let builder = match url.host() {
        Some(Host::Domain(name)) => {
            let port = url.port_or_known_default().unwrap_or(443);
            let found = lookup_host((name, port)).await.map_err(|_| NotHeard::Name)?;
            let addresses: Vec<SocketAddr> = found.collect();
            if addresses.is_empty() {
                return Err(NotHeard::Name);
            }
            if !addresses.iter().all(|address| may_call(address.ip(), loopback)) {
                return Err(NotHeard::Private);
            }
            builder.resolve_to_addrs(name, &addresses)
        }
        // An address was looked at when it was read.
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => builder,
        None => return Err(NotHeard::Address),
    };
    builder.build().map_err(NotHeard::Connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn called(url: &str, loopback: Loopback) -> String {
        let runs = call_endpoint(url, "{}".to_owned(), "t=1,v1=0", loopback);
        runs.await.err().map(|failure| failure.to_string()).unwrap_or_default()
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_called() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());

        let refused = called(&url, Loopback::Refused).await;

        assert_eq!(refused, NotHeard::Private.to_string());
        let nobody = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(nobody.is_err(), "nobody even connected");
        assert_eq!(
            called("https://10.0.0.1/", Loopback::Allowed).await,
            NotHeard::Address.to_string()
        );
        assert_eq!(
            called("https://nobody.invalid/", Loopback::Refused).await,
            NotHeard::Name.to_string()
        );
    }
}
