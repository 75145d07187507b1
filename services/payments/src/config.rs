//! What can be configured.

use confique::Config as Confique;

/// The configuration of payments.
#[derive(Debug, Clone, Confique)]
pub struct Config {
    /// Days for which a request key is remembered.
    #[config(env = "PAYMENTS_IDEMPOTENCY_DAYS", default = 7)]
    pub idempotency_days: i32,
}
