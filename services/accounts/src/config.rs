//! What an operator can set.

use std::path::PathBuf;

use confique::Config as Confique;

/// Configuration of the accounts service.
#[derive(Debug, Clone, Confique)]
pub struct Config {
    /// The file of named secret keys (`city` makes one under `.city/`).
    #[config(env = "ACCOUNTS_KEYRING_FILE")]
    pub keyring_file: Option<PathBuf>,
    /// The city's public URL: the issuer that access tokens name.
    #[config(env = "ACCOUNTS_ISSUER", default = "https://hue.localhost")]
    pub issuer: String,
    /// Countries whose mobile numbers are sent codes, as ISO codes separated by commas.
    #[config(env = "ACCOUNTS_OTP_COUNTRIES", default = ["VN"], parse_env = confique::env::parse::list_by_comma)]
    pub otp_countries: Vec<String>,
    /// Where the notifications service answers.
    #[config(env = "ACCOUNTS_NOTIFICATIONS_URL", default = "http://127.0.0.1:8083")]
    pub notifications_url: String,
}
