//! The one way to make an HTTP client.

use std::time::Duration;

/// A client with bounded connects, keep-alive and no redirects.
///
/// # Panics
/// When the TLS library cannot be initialised, which no request could survive either.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(1))
        .timeout(Duration::from_secs(10))
        .pool_max_idle_per_host(64)
        .pool_idle_timeout(Duration::from_secs(30))
        .tcp_nodelay(true)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("the TLS provider is installed by city_boot")
}
