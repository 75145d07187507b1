//! What can be configured.

use std::path::PathBuf;

use confique::Config as Confique;
use serde::Deserialize;

/// Which shipped side takes messages of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SideName {
    /// The table `dev_outbox`. Development only.
    Outbox,
    /// A signed HTTP POST to a relay of the city's choice.
    Webhook,
}

/// The configuration of notifications.
#[derive(Debug, Clone, Confique)]
pub struct Config {
    /// Who sends SMS: `webhook`, or in development `outbox`, which is also development's default. Production has none.
    #[config(env = "NOTIFICATIONS_SMS")]
    pub sms: Option<SideName>,
    /// Where the SMS webhook is: `https://…`, plain `http` to loopback only.
    #[config(env = "NOTIFICATIONS_SMS_WEBHOOK_URL")]
    pub sms_webhook_url: Option<String>,
    /// A file with the secret that signs what the SMS webhook is sent, 32 characters or more.
    #[config(env = "NOTIFICATIONS_SMS_WEBHOOK_SECRET_FILE")]
    pub sms_webhook_secret_file: Option<PathBuf>,
    /// Who sends SMS when the first one fails; none by default.
    #[config(env = "NOTIFICATIONS_SMS_SECOND")]
    pub sms_second: Option<SideName>,
    /// Where the second SMS webhook is.
    #[config(env = "NOTIFICATIONS_SMS_SECOND_WEBHOOK_URL")]
    pub sms_second_webhook_url: Option<String>,
    /// A file with the second SMS webhook's secret.
    #[config(env = "NOTIFICATIONS_SMS_SECOND_WEBHOOK_SECRET_FILE")]
    pub sms_second_webhook_secret_file: Option<PathBuf>,
    /// A file with this service's keyring, which seals texts that wait. Without one, development makes a new keyring at
    /// each start, and what waited then fails.
    #[config(env = "NOTIFICATIONS_KEYRING_FILE")]
    pub keyring_file: Option<PathBuf>,
    /// Days for which a request key is remembered.
    #[config(env = "NOTIFICATIONS_IDEMPOTENCY_DAYS", default = 7)]
    pub idempotency_days: i32,
}
