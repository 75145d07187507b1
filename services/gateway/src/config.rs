//! What an installation may decide about its front door.

use std::path::PathBuf;

use confique::Config as Source;

use crate::trusted::Mode;

/// The gateway's own settings.
#[derive(Debug, Clone, Source)]
pub struct Config {
    /// Where accounts listens.
    #[config(env = "GATEWAY_ACCOUNTS_URL", default = "http://127.0.0.1:8081")]
    pub accounts_url: String,
    /// Where reports listens.
    #[config(env = "GATEWAY_REPORTS_URL", default = "http://127.0.0.1:8082")]
    pub reports_url: String,
    /// Where notifications listens.
    #[config(env = "GATEWAY_NOTIFICATIONS_URL", default = "http://127.0.0.1:8083")]
    pub notifications_url: String,
    /// Where the catalogue listens.
    #[config(env = "GATEWAY_CATALOGUE_URL", default = "http://127.0.0.1:8084")]
    pub catalogue_url: String,
    /// Where payments listens.
    #[config(env = "GATEWAY_PAYMENTS_URL", default = "http://127.0.0.1:8085")]
    pub payments_url: String,
    /// The issuer that access tokens must name: the city's public URL, the same as accounts signs with.
    #[config(env = "GATEWAY_ISSUER", default = "https://hue.localhost")]
    pub issuer: String,
    /// Networks of the proxies in front, such as `10.0.0.0/8,fd00::/8`; only these may say whom they speak for.
    #[config(env = "GATEWAY_TRUSTED_PROXIES", parse_env = confique::env::parse::list_by_comma, default = [])]
    pub trusted_proxies: Vec<String>,
    /// The header in which trusted proxies name the client: `x-forwarded-for` or `forwarded`.
    #[config(env = "GATEWAY_FORWARDED_HEADER", default = "x-forwarded-for")]
    pub forwarded_header: String,
    /// Web origins that may call from a browser, such as `https://console.city.example`.
    #[config(env = "GATEWAY_WEB_ORIGINS", parse_env = confique::env::parse::list_by_comma, default = [])]
    pub web_origins: Vec<String>,
    /// Which GraphQL documents may run: `trusted` (those of a manifest) or `open` (any). Unset: `trusted` in production,
    /// `open` in development.
    #[config(env = "GATEWAY_DOCUMENTS")]
    pub documents: Option<Mode>,
    /// A folder of manifests of released apps, beside those that ship with the gateway.
    #[config(env = "GATEWAY_MANIFESTS")]
    pub manifests: Option<PathBuf>,
    /// Whether answers that are the same for everybody are kept for some seconds.
    #[config(env = "GATEWAY_RESPONSE_CACHE", default = true)]
    pub response_cache: bool,
}
