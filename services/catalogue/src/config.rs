//! What can be configured.

use std::path::PathBuf;

use city_blobs::S3Config;
use confique::Config as Confique;

/// The configuration of catalogue.
#[derive(Debug, Clone, Confique)]
pub struct Config {
    /// Days for which a request key is remembered.
    #[config(env = "CATALOGUE_IDEMPOTENCY_DAYS", default = 7)]
    pub idempotency_days: i32,
    /// Days for which the answers of an ended dossier are kept after its account was erased. The law sets it; until it is
    /// confirmed, ten years.
    #[config(env = "CATALOGUE_RETENTION_DAYS", default = 3650)]
    pub retention_days: u16,
    /// A file with this service's keyring, which wraps the key of each dossier: whoever loses it loses every answer. Without
    /// one, development makes a new keyring at each start, and the dossiers of before can no longer be read.
    #[config(env = "CATALOGUE_KEYRING_FILE")]
    pub keyring_file: Option<PathBuf>,
    /// Where the accounts service answers: forms are prefilled from there.
    #[config(env = "CATALOGUE_ACCOUNTS_URL", default = "http://127.0.0.1:8081")]
    pub accounts_url: String,
    /// Where the files of dossiers are kept.
    #[config(nested)]
    pub s3: S3Config,
}
