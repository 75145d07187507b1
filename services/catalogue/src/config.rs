//! What can be configured.

use confique::Config as Confique;

/// The configuration of catalogue.
#[derive(Debug, Clone, Confique)]
pub struct Config {
    /// Days for which a request key is remembered.
    #[config(env = "CATALOGUE_IDEMPOTENCY_DAYS", default = 7)]
    pub idempotency_days: i32,
}
